"""Credentials of people: passwords, authenticators, recovery codes."""
