"""Versions of rewards, in the graph of operations."""
