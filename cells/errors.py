"""Errors of moves and of routing."""


class MoveError(Exception):
    """A move cannot begin or continue; the message says why, and what to do."""


class NotCaughtUp(MoveError):
    """The target did not catch up with the source in time after the fence, so the move was undone."""


class RouterError(Exception):
    """HAProxy cannot be reached, or refuses."""


class MapError(ValueError):
    """The map of the cells is wrong; the message says where."""
