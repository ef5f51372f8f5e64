"""Merges fetched data into the tree of data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.supergraph.selections import TYPENAME

NO_INTERFACES: frozenset[str] = frozenset()


def merge(
    target: dict[str, Any], source: Mapping[str, Any], interface_objects: frozenset[str] = NO_INTERFACES
) -> None:
    """Merge an object's fields into another object; objects and lists within them are merged recursively.

    If two responses contradict each other about a field, the first one wins. The implementation is iterative,
    because subgraphs decide how deeply data is nested.

    Args:
        target: The object to change.
        source: Fetched data; the target may share parts of it afterwards.
        interface_objects: The interfaces whose names subgraphs may return as the type of an object; a
            concrete type replaces them.
    """
    pairs: list[tuple[Any, Any]] = [(target, source)]
    while pairs:
        into, given = pairs.pop()
        for key, value in _items(given):
            present = into.get(key) if isinstance(into, dict) else into[key]
            if present is None or _says_more(key, present, value, interface_objects):
                into[key] = value
            elif present is not value and _composite(present, value):
                pairs.append((present, value))


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    return value.items() if isinstance(value, Mapping) else enumerate(value)


def _says_more(key: object, present: object, added: object, interface_objects: frozenset[str]) -> bool:
    """Return whether a known type name is an interface's, which a concrete type replaces."""
    return key == TYPENAME and added is not None and isinstance(present, str) and present in interface_objects


def _composite(present: object, added: object) -> bool:
    """Return whether two values are merged part by part."""
    match present, added:
        case dict(), dict():
            return True
        case list(), list():
            return len(present) == len(added)
        case _:
            return False


def copied(source: Mapping[str, Any]) -> dict[str, Any]:
    """Copy an object deeply, so that later fetches can write into the copy alone."""
    copy = dict(source)
    containers: list[Any] = [copy]
    while containers:
        container = containers.pop()
        for key, value in _items(container):
            if isinstance(value, dict | list):
                container[key] = value.copy()
                containers.append(container[key])
    return copy
