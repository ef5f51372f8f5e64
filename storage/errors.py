"""Errors of the databases that callers handle."""


class DatabaseAway(Exception):
    """The database cannot be reached, or does not answer in time: the same request may succeed later."""
