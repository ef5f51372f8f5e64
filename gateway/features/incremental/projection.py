"""Projects one part of a response, and notes what is left for later parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphql import GraphQLList, GraphQLOutputType, get_nullable_type
from msgspec import Struct

from gateway.executor.failures import Failure, Path
from gateway.features.incremental.targets import Found, FoundFields, FoundItems, Keys
from gateway.plan import Shape, ShapeField
from gateway.projection.project import NullError, Projection
from gateway.supergraph.selections import TYPENAME


class Projected(Struct, frozen=True):
    """A part of a response.

    Attributes:
        value: The fields or the items; None if a null propagated to all of them.
        failures: The failures in it.
        found: What is left for later parts, where the part has objects and lists for it.
    """

    value: Any
    failures: list[Failure]
    found: list[Found]


class PartProjection(Projection):
    """The projection of one part.

    Args:
        failures: The known failures in the part.
        most_items: The most items of a list.
        counts: How many items of each streamed list are delivered first.
    """

    __slots__ = ("_counts", "_found")

    def __init__(self, failures: Iterable[Failure], most_items: int, counts: Mapping[Keys, int]) -> None:
        super().__init__(list(failures), most_items)
        self._counts = counts
        self._found: list[Found] = []

    def initial(self, shape: Shape, data: Mapping[str, Any]) -> Projected:
        """Return the response's initial data."""
        return self._projected((), self.root(shape, data))

    def fields_of(self, target: FoundFields) -> Projected:
        """Return the deferred fields of an object."""
        fields, path = target.deferred.fields, target.path
        try:
            value = self._fields(fields, target.concrete, target.data, path)
        except NullError:
            value = None
        return self._projected(path, value)

    def items_of(self, target: FoundItems, start: int, stop: int) -> Projected:
        """Return items of a streamed list."""
        output = get_nullable_type(target.wanted.type)
        assert isinstance(output, GraphQLList)  # noqa: S101 - only lists are streamed
        try:
            value = self._items(target.wanted, output.of_type, target.items[start:stop], target.path, start)
        except NullError:
            value = None
        return self._projected(target.path, value, start)

    def _projected(self, path: Path, value: Any, start: int = 0) -> Projected:
        there = [] if value is None else [rest for rest in self._found if exists(value, path, rest, start)]
        return Projected(value, self.failures, there)

    def _object(self, shape: Shape, data: Mapping[str, Any], coordinate: str, path: Path) -> dict[str, Any]:
        answer = super()._object(shape, data, coordinate, path)
        if shape.deferred:
            concrete = str(shape.only or data.get(TYPENAME))
            self._found += (
                FoundFields(path, deferred, concrete, data) for deferred in shape.deferred.get(concrete, ())
            )
        return answer

    def _list(self, wanted: ShapeField, item: GraphQLOutputType, value: object, path: Path) -> object:
        streamed = None if isinstance(path[-1], int) else wanted.streamed
        if streamed is None or not isinstance(value, list) or len(value) > self.most_items:
            return super()._list(wanted, item, value, path)
        count = self._counts[streamed.path]
        completed = self._items(wanted, item, value[:count], path, 0)
        if count < len(value):
            self._found.append(FoundItems(path, wanted, value))
        return completed

    def _items(
        self, wanted: ShapeField, item: GraphQLOutputType, items: Sequence[Any], path: Path, start: int
    ) -> list[Any]:
        return [
            self._value(wanted, item, element, (*path, start + index)) for index, element in enumerate(items)
        ]


def exists(value: Any, path: Path, target: Found, start: int = 0) -> bool:
    """Return whether a part has the object or list at a target's path: a null may have replaced it.

    Args:
        value: The part's fields or items.
        path: The path of the part.
        target: The target, which lies within the part.
        start: The index of the first item, if the part consists of items.
    """
    for depth, key in enumerate(target.path[len(path) :]):
        index = key - start if depth == 0 and isinstance(key, int) else key
        value = value[index]
        if value is None:
            return False
    return True
