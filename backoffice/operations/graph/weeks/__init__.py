"""Weeks in operations' part of the graph."""
