"""Merges what a fetch brought into the tree of data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merge(target: dict[str, Any], source: Mapping[str, Any]) -> None:
    """Write an object's fields into an object, into what is there already where both are composite."""
    for key, value in source.items():
        target[key] = merged(target[key], value) if key in target else value


def merged(present: object, added: object) -> object:
    """One value for two answers about the same field; where they contradict each other, the first stays."""
    if present is None:
        return added
    if present is added:
        return present
    match present, added:
        case dict(), dict():
            merge(present, added)
        case list(), list() if len(present) == len(added):
            present[:] = [merged(one, other) for one, other in zip(present, added, strict=True)]
        case _:
            pass
    return present
