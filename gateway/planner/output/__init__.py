"""Writes the query plan: documents, entity fields, the tree for people, the response's shape."""
