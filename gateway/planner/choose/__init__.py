"""Chooses among the paths to each field: resolves the query tree, and compares alternatives."""
