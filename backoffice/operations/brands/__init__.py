"""Brands: their names, languages and themes, in revisions, for all nodes."""
