"""Errors of routing."""


class RouterError(Exception):
    """HAProxy cannot be reached, or refuses."""


class MapError(ValueError):
    """The map of the cells is wrong; the message says where."""
