"""Finds the objects in the tree of data that a fetch applies to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gateway.executor.failures import Path
from gateway.plan import Names, ObjectTypes, Step, only_type
from gateway.supergraph.selections import TYPENAME


class Position(Struct, frozen=True, eq=False):
    """An object in the tree of data.

    Attributes:
        data: The object, which fetches write into.
        path: The path in the client's terms, down to the last field that the client selected.
        stored: The path in the tree of data.
        names: The client's names of the fields below; None if the client selected none of them.
        hidden: Whether the client did not select this object.
        above: The parent object; None at the root.
    """

    data: dict[str, Any]
    path: Path
    stored: Path
    names: Names | None
    hidden: bool = False
    above: Position | None = None

    @property
    def concrete(self) -> str | None:
        """The object's concrete type; None if a subgraph named none that is possible here."""
        return type_name(self.data, self._types)

    @property
    def only(self) -> str | None:
        """The type that the object must have, whatever a subgraph named; None if there are several."""
        return only_type(self._types)

    @property
    def _types(self) -> tuple[ObjectTypes, ...]:
        if self.names is None or not self.names.types:
            return ()
        parent = self.above.concrete if self.above is not None and len(self.names.types) > 1 else None
        return self.names.types_below(parent)

    def below(self, key: str, lists: int) -> Iterator[Position]:
        """Yield the objects at a response key, in so many nested lists; skip nulls and other values."""
        response = None if self.names is None else self.names.responses.get(key)
        hidden = self.hidden or response is None
        path = self.path if hidden or response is None else (*self.path, response)
        names = None if self.names is None else self.names.below.get(key)
        place = Position({}, path, (*self.stored, key), names, hidden, self)
        yield from _objects(self.data.get(key), lists, place)


def type_name(data: Mapping[str, Any], types: Sequence[ObjectTypes]) -> str | None:
    """Return the type of an object.

    Args:
        data: The object.
        types: The types that it may have; none if nothing is known about them.

    Returns:
        The type that a subgraph named, or the only one if it named none; None if it must have named one, or
        named one that is not possible.
    """
    name = data.get(TYPENAME)
    if name is None:
        return only_type(types)
    if isinstance(name, str) and (not types or any(name in object_types.possible for object_types in types)):
        return name
    return None


def _objects(value: object, lists: int, place: Position) -> Iterator[Position]:
    if lists == 0:
        if isinstance(value, dict):
            yield replace(place, data=value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            path = place.path if place.hidden else (*place.path, index)
            inner = replace(place, path=path, stored=(*place.stored, index))
            yield from _objects(item, lists - 1, inner)


Windows: TypeAlias = Mapping[tuple[str, ...], tuple[int, int]]
"""By the response keys that lead to a list, the index of the first item that counts, and of the first after
those that count.
"""

NO_WINDOWS: Final[Windows] = MappingProxyType({})


def find(
    data: dict[str, Any], steps: Sequence[Step], names: Names, windows: Windows = NO_WINDOWS
) -> list[Position]:
    """Return all objects at a path, including those in lists; skip nulls and other types.

    Args:
        data: The tree of data.
        steps: The path.
        names: The client's names.
        windows: The lists of which only some items count.
    """
    positions = [Position(data, (), (), names)]
    keys: tuple[str, ...] = ()
    for step in steps:
        positions = [
            below
            for position in positions
            if step.types is None or position.concrete in step.types
            for below in position.below(step.response_key, step.lists)
        ]
        if windows:
            keys = (*keys, step.response_key)
            if step.lists and keys in windows:
                positions = [position for position in positions if _is_within(position, step, windows[keys])]
    return positions


def _is_within(position: Position, step: Step, window: tuple[int, int]) -> bool:
    index = position.stored[-step.lists]
    return isinstance(index, int) and window[0] <= index < window[1]


def is_there(response: object, path: Path) -> bool:
    """Return whether an object is not null in a part of the response; it is there if the part lacks it."""
    for part in path:
        if isinstance(response, Mapping) and part not in response:
            return True
        if not isinstance(response, Mapping | list):
            return False
        response = response[part]  # type: ignore[index]
    return response is not None
