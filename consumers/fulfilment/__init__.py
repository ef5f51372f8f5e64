"""Feeds the fulfilment subgraph's tables."""
