"""Goodwill credits: what they are, and how they are stored and found."""
