"""What traders decide about bets, and what the house may lose by those that are open."""
