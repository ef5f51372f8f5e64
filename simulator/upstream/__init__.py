"""The upstream's API: its record of memberships and choices, and faults on purpose."""
