"""Bet-slip reads and bets at the same time, on two cores: `make bench BENCH=together`."""
