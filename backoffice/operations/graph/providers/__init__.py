"""Providers, in the graph of operations."""
