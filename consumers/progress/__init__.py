"""Applies messages to the progress subgraph's tables."""
