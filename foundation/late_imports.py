"""Imports what a list names by its place, `MODULE:NAME`: whoever reads the list need not import it."""

from importlib import import_module
from typing import Any


class NotInstalled(ValueError):
    """Something that settings name is not there; the message says which setting, and what is there."""


def imported(place: str) -> Any:
    """Import an object by its place, `MODULE:NAME`.

    Raises:
        ValueError: There is no such module or name.
    """
    module, _, path = place.partition(":")
    if not module or not path:
        raise ValueError(f"{place!r} is not of the form MODULE:NAME.")
    try:
        value: Any = import_module(module)
        for part in path.split("."):
            value = getattr(value, part)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{place} cannot be imported: {error}.") from error
    return value
