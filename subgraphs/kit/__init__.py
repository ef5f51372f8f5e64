"""The kit that all subgraphs share: settings, sessions, database, weeks, money, read models."""
