"""Errors of moves."""


class MoveError(Exception):
    """A move cannot begin, or cannot go on; the message says why, and what to do."""


class NotLevel(MoveError):
    """The new place did not catch up with the old one in time after the fence, so the move was undone."""
