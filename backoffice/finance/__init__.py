"""Finance: the wallet's daily closes, stopped payouts, corrections, financial checks, and payments.

In reading order: `closes` reads closes and what stops payouts, and lets payouts go on; `corrections` moves
money between a customer and the house; `checks` closes financial checks; `payments` is about withdrawals that
wait, refunds, and what does not fit; `types`, `payment_graph` and `schema` are the graph.
"""
