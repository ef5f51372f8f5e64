"""Bet-slips are read and bets come in at the same time, on two cores: `make bench BENCH=together`."""
