"""Feeds the club subgraph's tables."""
