"""What every subgraph shares: settings, sessions, database, weeks, money, read models."""
