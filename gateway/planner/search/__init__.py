"""Searches the graph of types and subgraphs for paths to a field, and explains why there is none."""
