"""Cases of customers that wait for a person.

In reading order: `waiting` counts and lists them; `deciding` is what deciding about both sorts has in common;
`late_bets` and `held_rewards` decide.
"""
