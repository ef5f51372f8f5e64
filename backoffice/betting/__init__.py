"""What traders of a brand see of its bets, and decide about them."""
