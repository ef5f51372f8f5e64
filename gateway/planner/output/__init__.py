"""Writes the query plan: documents, entity fields, the tree of nodes, and the response's shape."""
