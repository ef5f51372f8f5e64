"""Builds the fetch graph from what was chosen; nothing is searched here."""
