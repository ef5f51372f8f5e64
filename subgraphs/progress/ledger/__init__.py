"""The ledger of bets: contributions and totals, and the check of one against the other."""
