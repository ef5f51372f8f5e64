"""Reads and writes the lobby's tables."""
