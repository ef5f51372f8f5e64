"""Contributions, totals and qualification."""
