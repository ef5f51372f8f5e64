"""What the tests of bets share."""
