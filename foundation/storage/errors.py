"""Errors of the databases that callers handle."""


class DatabaseAway(OSError):
    """The database cannot be reached, or does not answer in time: the same request may succeed later.

    It is an `OSError` as a lost connection is, so that whatever outlives the one outlives the other.
    """


class DatabaseClosed(DatabaseAway):
    """The database is closed while it is restored and recovered: only what recovers it may connect."""
