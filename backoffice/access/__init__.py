"""Who may do what: roles, permissions, and the one place that decides.

`roles` is the table, `actor` the person, `decision` the rule.
"""
