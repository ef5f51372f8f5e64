"""Brands in the graph of operations."""
