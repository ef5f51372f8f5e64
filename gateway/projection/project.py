"""Projects the tree of data to the client's response: its names, its order, and null propagation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import maxsize
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
)

from gateway.executor.failures import INVALID, MAX_ERRORS, UNAUTHORIZED, Failure, Path
from gateway.executor.response_limits import LIST_TOO_LONG
from gateway.plan import Shape, ShapeField
from gateway.plan.leaf_values import is_valid_leaf
from gateway.supergraph.selections import TYPENAME


class NullError(Exception):
    """A null that the schema does not allow; it makes the parent null."""


@dataclass(slots=True)
class Projection:
    """The projection of one response.

    Attributes:
        failures: The known failures; violations found during projection are added.
        most_items: The most items of a list.
    """

    failures: list[Failure]
    most_items: int
    _denials: int = 0
    _explained: set[Path] = field(default_factory=set)
    _lacking: set[Path] = field(default_factory=set)

    def __post_init__(self) -> None:
        for failure in self.failures:
            self._explain(failure.path)
            self._explained |= failure.lost
            self._lacking |= {failure.path} if failure.path and not failure.is_shared else set()

    def root(self, shape: Shape, data: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the response's `data`; None if a null propagated to the root."""
        try:
            return self._object(shape, data, "", ())
        except NullError:
            return None

    def _explain(self, path: Path | None) -> None:
        for length in range(len(path or ()) + 1):
            self._explained.add((path or ())[:length])

    def _fail(self, message: str, code: str, path: Path) -> None:
        """Record an error, unless there already is one at or below the path."""
        if path not in self._explained:
            self.failures.append(Failure(message, code, None, path))
            self._explain(path)

    def _deny(self, path: Path) -> None:
        """Record that the client may not see the value at a path."""
        self._denials += 1
        if self._denials <= MAX_ERRORS:
            self._fail("Unauthorized field or type", UNAUTHORIZED, path)

    def _hide(self, wanted: ShapeField, path: Path) -> None:
        """Leave out a field that the client may not see.

        Raises:
            NullError: The field cannot be null.
        """
        self._deny(path)
        if isinstance(wanted.type, GraphQLNonNull):
            raise NullError

    def _object(self, shape: Shape, data: Mapping[str, Any], coordinate: str, path: Path) -> dict[str, Any]:
        concrete = shape.only or data.get(TYPENAME)
        fields = shape.fields.get(concrete) if isinstance(concrete, str) else None
        if isinstance(concrete, str) and concrete in shape.hidden:
            self._deny(path)
            raise NullError
        if fields is None:
            self._fail(f"{coordinate} is of a type that is not known here.", INVALID, path)
            raise NullError
        return self._fields(fields, str(concrete), data, path)

    def _fields(
        self, fields: Iterable[ShapeField], concrete: str, data: Mapping[str, Any], path: Path
    ) -> dict[str, Any]:
        """Return fields of an object by response name.

        Raises:
            NullError: One of them is null, and must not be.
        """
        answer: dict[str, Any] = {}
        for wanted in fields:
            if wanted.hidden:
                self._hide(wanted, (*path, wanted.response))
                answer[wanted.response] = None
            elif wanted.response_key is None:
                answer[wanted.response] = concrete
            else:
                answer[wanted.response] = self._field(
                    wanted, data.get(wanted.response_key), (*path, wanted.response)
                )
        return answer

    def _field(self, wanted: ShapeField, value: object, path: Path) -> object:
        return self._value(wanted, wanted.type, value, path)

    def _value(self, wanted: ShapeField, output: GraphQLOutputType, value: object, path: Path) -> object:
        """Complete a value; a violation propagates no further than a nullable type."""
        if isinstance(output, GraphQLNonNull):
            completed = self._nullable(wanted, output.of_type, value, path)
            if completed is None:
                # An error of an object that is there says why it lacks what would have been fetched next.
                if not self._lacking.isdisjoint(path[:length] for length in range(len(path))):
                    raise NullError
                self._fail(f"Cannot return null for non-nullable field {wanted.coordinate}.", INVALID, path)
                raise NullError
            return completed
        try:
            return self._nullable(wanted, output, value, path)
        except NullError:
            return None

    def _nullable(self, wanted: ShapeField, output: GraphQLOutputType, value: object, path: Path) -> object:
        if value is None:
            return None
        if isinstance(output, GraphQLList):
            return self._list(wanted, output.of_type, value, path)
        if wanted.below is None:
            return self._leaf(wanted, output, value, path)
        if not isinstance(value, Mapping):
            self._unfit(wanted, path)
            return None
        return self._object(wanted.below, value, wanted.coordinate, path)

    def _list(self, wanted: ShapeField, item: GraphQLOutputType, value: object, path: Path) -> object:
        if not isinstance(value, list):
            self._unfit(wanted, path)
            return None
        if len(value) > self.most_items:
            message = f"{wanted.coordinate} has more than {self.most_items} items: ask for fewer."
            self._fail(message, LIST_TOO_LONG, path)
            return None
        return [self._value(wanted, item, element, (*path, index)) for index, element in enumerate(value)]

    def _leaf(self, wanted: ShapeField, output: GraphQLOutputType, value: object, path: Path) -> object:
        if not isinstance(output, GraphQLEnumType | GraphQLScalarType) or not is_valid_leaf(output, value):
            self._unfit(wanted, path)
            return None
        # Ids are strings in every response, although a subgraph may return numbers.
        return str(value) if output.name == "ID" else value

    def _unfit(self, wanted: ShapeField, path: Path) -> None:
        self._fail(f"{wanted.coordinate} has a value that its type does not allow.", INVALID, path)


def project(
    shape: Shape, data: Mapping[str, Any], failures: Iterable[Failure], most_items: int = maxsize
) -> tuple[dict[str, Any] | None, list[Failure]]:
    """Project the tree of data to the client's response.

    Args:
        shape: The shape of the operation's response, over the public schema.
        data: The tree of data.
        failures: The failures of the fetches.
        most_items: The most items of a list; a longer one is null, with an error.

    Returns:
        The response's `data`, which is None if a null propagated to the root, and all failures.
    """
    projection = Projection(list(failures), most_items)
    return projection.root(shape, data), projection.failures
