"""Errors of databases and cells, and what is done about each.

InvalidCell      settings that cannot be a cell's: the process does not start
CellMismatch     the database belongs to another cell than the settings say: the process stops
CellFenced       the cell is being moved, or has been moved away: later, or at the target
CellMoved        the cell was moved since this process last looked: the next transaction knows
"""


class DatabaseAway(OSError):
    """The database cannot be reached, or does not answer in time: the same request may succeed later.

    It is an `OSError` as a lost connection is, so that whatever outlives the one outlives the other.
    """


class DatabaseClosed(DatabaseAway):
    """The database is closed while it is restored and recovered: only what recovers it may connect."""


class InvalidCell(ValueError):
    """The name or the partitions cannot be a cell's."""


class CellMismatch(Exception):
    """The database belongs to another cell than the settings say: writing there would corrupt both."""


class CellFenced(DatabaseAway):
    """The database takes no writes of its cell: the cell is being moved, or has been moved away."""


class CellMoved(DatabaseAway):
    """The database's epoch differs from the one that this process knew; the next transaction may pass."""
