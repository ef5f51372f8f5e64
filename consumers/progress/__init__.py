"""Feeds the progress subgraph's tables."""
