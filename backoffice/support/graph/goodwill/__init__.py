"""Goodwill in support's part of the graph."""
