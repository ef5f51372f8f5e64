"""Chooses among the paths to each field: a resolved query tree, and better ones by comparison."""
