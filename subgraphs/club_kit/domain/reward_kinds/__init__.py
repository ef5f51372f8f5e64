"""The kinds of rewards: one module declares all that is particular to a kind, and `registry` lists them."""
