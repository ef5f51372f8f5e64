"""Merges what a fetch brought into the tree of data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.supergraph.selections import TYPENAME

NO_INTERFACES: frozenset[str] = frozenset()


def merge(
    target: dict[str, Any], source: Mapping[str, Any], stand_ins: frozenset[str] = NO_INTERFACES
) -> None:
    """Write an object's fields into an object, into what is there already where both are composite.

    Args:
        target: Is changed.
        source: What a fetch brought.
        stand_ins: Interfaces by whose names some subgraph calls objects; a concrete type replaces them.
    """
    for key, value in source.items():
        present = target.get(key)
        if key == TYPENAME and isinstance(present, str) and present in stand_ins:
            target[key] = value
        else:
            target[key] = merged(present, value, stand_ins) if key in target else value


def merged(present: object, added: object, stand_ins: frozenset[str] = NO_INTERFACES) -> object:
    """One value for two answers about the same field; where they contradict each other, the first stays."""
    if present is None:
        return added
    if present is added:
        return present
    match present, added:
        case dict(), dict():
            merge(present, added, stand_ins)
        case list(), list() if len(present) == len(added):
            present[:] = [merged(one, other, stand_ins) for one, other in zip(present, added, strict=True)]
        case _:
            pass
    return present
