"""Builds the fetch graph from the chosen paths; nothing is searched here."""
