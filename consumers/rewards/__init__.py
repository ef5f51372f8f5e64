"""Feeds the rewards subgraph's tables."""
