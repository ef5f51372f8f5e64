"""Applies messages to the rewards subgraph's tables."""
