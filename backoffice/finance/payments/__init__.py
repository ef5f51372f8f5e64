"""Payments as finance decides about them.

In reading order: `payment_list` finds them; `withdrawals` lets two people decide about those that wait,
`refunds` about deposits whose money goes back; `cases` closes what did not fit; `processors` reads how
processors do; `payment_types` are their types of the graph.
"""
