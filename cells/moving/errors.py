"""Errors of moves."""


class MoveError(Exception):
    """A move cannot begin or continue; the message says why, and what to do."""


class NotCaughtUp(MoveError):
    """The target did not catch up with the source in time after the fence, so the move was undone."""
