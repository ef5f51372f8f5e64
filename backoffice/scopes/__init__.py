"""What people call the sports events that schemes count, and that bets are on."""
