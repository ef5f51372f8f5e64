"""Searches the graph of types and subgraphs for paths to a field, and says why there is none."""
