"""What people decide about bets: late revisions and disputed bets."""
