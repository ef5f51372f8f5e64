"""Passes over the fetch graph: each keeps the plan correct and improves it."""
