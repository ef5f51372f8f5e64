"""Applies messages to the club subgraph's tables."""
