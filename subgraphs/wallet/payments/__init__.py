"""Deposits and withdrawals, by processors and banks, on the ledger and its limits."""
