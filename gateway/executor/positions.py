"""Finds the objects that a fetch is for in the tree of data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.executor.failures import Path
from gateway.plan import Names, Step
from gateway.supergraph.selections import TYPENAME


@dataclass(frozen=True, slots=True, eq=False)
class Position:
    """An object in the tree of data.

    Attributes:
        data: The object; fetches write into it.
        path: In the client's terms, as far as the client can see.
        stored: In storage names.
        names: The client's names of what is below; None where the client sees nothing.
        hidden: Whether the client did not ask for this object.
    """

    data: dict[str, Any]
    path: Path
    stored: Path
    names: Names | None
    hidden: bool = False

    @property
    def concrete(self) -> str | None:
        """Its concrete type, as a subgraph named it."""
        name = self.data.get(TYPENAME)
        return name if isinstance(name, str) else None

    def below(self, key: str) -> Iterator[tuple[Position, object]]:
        """What lies under a storage name: lists are entered; positions of objects have their data."""
        response = None if self.names is None else self.names.responses.get(key)
        hidden = self.hidden or response is None
        path = self.path if hidden or response is None else (*self.path, response)
        names = None if self.names is None else self.names.below.get(key)
        yield from _items(self.data.get(key), Position({}, path, (*self.stored, key), names, hidden))


def _items(value: object, place: Position) -> Iterator[tuple[Position, object]]:
    left: list[tuple[object, Path, Path]] = [(value, place.path, place.stored)]
    while left:
        item, path, stored = left.pop()
        if isinstance(item, list):
            left += [
                (each, path if place.hidden else (*path, index), (*stored, index))
                for index, each in reversed(list(enumerate(item)))
            ]
        else:
            data = item if isinstance(item, dict) else {}
            yield Position(data, path, stored, place.names, place.hidden), item


def find(data: dict[str, Any], steps: Sequence[Step], names: Names) -> list[Position]:
    """All objects at a path: lists are entered, nulls and other types passed over."""
    found = [Position(data, (), (), names)]
    for step in steps:
        found = [
            below
            for position in found
            if step.types is None or position.concrete in step.types
            for below, item in position.below(step.key)
            if isinstance(item, dict)
        ]
    return found
