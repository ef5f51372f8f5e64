"""The back office over many customers and bets: what each list and figure reads, and how long it takes."""
