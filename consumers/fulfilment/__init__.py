"""Applies messages to the fulfilment subgraph's tables."""
