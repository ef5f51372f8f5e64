"""The consumer of bets."""
