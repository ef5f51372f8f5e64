"""Merges what a fetch brought into the tree of data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.supergraph.selections import TYPENAME

NO_INTERFACES: frozenset[str] = frozenset()


def merge(
    target: dict[str, Any], source: Mapping[str, Any], interface_objects: frozenset[str] = NO_INTERFACES
) -> None:
    """Write an object's fields into an object, into what is there already where both are composite.

    Where two answers about a field contradict each other, the first stays. There is no recursion: how deep
    data goes is for subgraphs to say.

    Args:
        target: Is changed.
        source: What a fetch brought; parts of it may be taken over as they are.
        interface_objects: Interfaces whose name some subgraph returns; a concrete type replaces it.
    """
    pairs: list[tuple[Any, Any]] = [(target, source)]
    while pairs:
        into, given = pairs.pop()
        for key, value in _items(given):
            present = into.get(key) if isinstance(into, dict) else into[key]
            if present is None or _says_more(key, present, interface_objects):
                into[key] = value
            elif present is not value and _composite(present, value):
                pairs.append((present, value))


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    return value.items() if isinstance(value, Mapping) else enumerate(value)


def _says_more(key: object, present: object, interface_objects: frozenset[str]) -> bool:
    """Whether a type's name is one that any other replaces."""
    return key == TYPENAME and isinstance(present, str) and present in interface_objects


def _composite(present: object, added: object) -> bool:
    """Whether two values are merged part by part."""
    match present, added:
        case dict(), dict():
            return True
        case list(), list():
            return len(present) == len(added)
        case _:
            return False


def copied(source: Mapping[str, Any]) -> dict[str, Any]:
    """An object of its own, which shares nothing that a later fetch may write into."""
    copy = dict(source)
    containers: list[Any] = [copy]
    while containers:
        container = containers.pop()
        for key, value in _items(container):
            if isinstance(value, dict | list):
                container[key] = value.copy()
                containers.append(container[key])
    return copy
