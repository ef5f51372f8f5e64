"""The consumer of bets: brands, accounts, and what became of markets."""
