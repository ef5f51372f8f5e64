"""Finance: the wallet's daily closes, stopped payouts, corrections, and financial checks.

In reading order: `closes` reads closes and what stops payouts, and lets payouts go on; `corrections` moves
money between a customer and the house; `checks` closes financial checks; `types` and `schema` are the graph.
"""
