"""Finds the objects that a fetch is for in the tree of data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
        stored: In response keys.
        names: The client's names of what is below; None where the client sees nothing.
        hidden: Whether the client did not ask for this object.
        above: The object whose field led here; None at the root.
    """

    data: dict[str, Any]
    path: Path
    stored: Path
    names: Names | None
    hidden: bool = False
    above: Position | None = None

    @property
    def concrete(self) -> str | None:
        """Its concrete type, as a subgraph named it."""
        name = self.data.get(TYPENAME)
        return name if isinstance(name, str) else None

    def below(self, key: str, lists: int) -> Iterator[Position]:
        """The objects under a response key, in so many lists; nulls and whatever else are passed over."""
        response = None if self.names is None else self.names.responses.get(key)
        hidden = self.hidden or response is None
        path = self.path if hidden or response is None else (*self.path, response)
        names = None if self.names is None else self.names.below.get(key)
        place = Position({}, path, (*self.stored, key), names, hidden, self)
        yield from _objects(self.data.get(key), lists, place)


def _objects(value: object, lists: int, place: Position) -> Iterator[Position]:
    if lists == 0:
        if isinstance(value, dict):
            yield replace(place, data=value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            path = place.path if place.hidden else (*place.path, index)
            inner = replace(place, path=path, stored=(*place.stored, index))
            yield from _objects(item, lists - 1, inner)


def find(data: dict[str, Any], steps: Sequence[Step], names: Names) -> list[Position]:
    """All objects at a path: lists are entered, nulls and other types passed over."""
    found = [Position(data, (), (), names)]
    for step in steps:
        found = [
            below
            for position in found
            if step.types is None or position.concrete in step.types
            for below in position.below(step.response_key, step.lists)
        ]
    return found
