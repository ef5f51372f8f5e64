"""Prepares requests: documents are parsed, checked and kept with their plans."""
