"""Reads the values of representations from the tree of data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    get_nullable_type,
)
from msgspec import Struct

from gateway.executor.failures import Failure, Failures, Path
from gateway.executor.positions import Position, type_name
from gateway.plan import Names, ObjectTypes, RepresentationField, RepresentationGroup
from gateway.plan.leaf_values import is_valid_key
from gateway.supergraph.selections import TYPENAME

NO_TYPE: Final = "left out the type of an object"
IMPOSSIBLE_TYPE: Final = "named a type that the object cannot have"
NULL: Final = "returned null where its schema does not allow it"
NO_OBJECT: Final = "returned a value that is not an object"
UNFIT: Final = "returned a value that its type does not allow"


class MissingError(Exception):
    """A value of a representation is missing.

    Attributes:
        stored: Its path in the tree of data.
        fault: What its subgraph did wrong, if that is clear from the value.
    """

    def __init__(self, stored: Path, fault: str | None = None) -> None:
        super().__init__(stored)
        self.stored = stored
        self.fault = fault

    def cause(self, failures: Failures) -> Failure | None:
        """Return the failure that explains it, if any."""
        known = failures.cause(self.stored)
        return known if known is not None or self.fault is None else failures.blame(self.stored, self.fault)


def unnamed(position: Position) -> MissingError:
    """Return the error for an object whose type is not known, or not possible."""
    return _of_unknown_type(position.data, position.stored)


def _of_unknown_type(data: Mapping[str, Any], stored: Path) -> MissingError:
    named = data.get(TYPENAME) is not None
    return MissingError((*stored, TYPENAME), IMPOSSIBLE_TYPE if named else NO_TYPE)


def values_of(
    position: Position, fields: Sequence[RepresentationField], failures: Failures
) -> dict[str, Any]:
    """Return the values of an object's fields as sent in a representation.

    Raises:
        MissingError: A value is missing, is a null key, or is null because of a failure.
    """
    here = _Place(position.data, position.stored, position.names, position.concrete)
    return _values(here, fields, failures)


class _Place(Struct, frozen=True, eq=False):
    """An object that values are read from.

    Attributes:
        data: The object.
        stored: Its path in the tree of data.
        names: Its place in the tree of data; None if it is not known.
        concrete: Its type.
    """

    data: Mapping[str, Any]
    stored: Path
    names: Names | None
    concrete: str | None


def _values(here: _Place, fields: Sequence[RepresentationField], failures: Failures) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for wanted in fields:
        stored = (*here.stored, wanted.response_key)
        if wanted.response_key not in here.data:
            raise MissingError(stored)  # an entity is null, or it is known what left the field out
        value = here.data[wanted.response_key]
        if value is None and wanted.key and not wanted.non_null:
            raise MissingError(stored)
        names = None if here.names is None else here.names.below.get(wanted.response_key)
        types = () if names is None else names.types_below(here.concrete)
        below = _Wanted(wanted.below, names, types)
        values[wanted.name] = _value(value, wanted.type, below, stored, failures)
    return values


class _Wanted(Struct, frozen=True, eq=False):
    """What is read of the objects of a field.

    Attributes:
        below: The fields to send, by type; None for a leaf.
        names: The place of the objects.
        types: The types that they may have.
    """

    below: Sequence[RepresentationGroup] | None
    names: Names | None
    types: tuple[ObjectTypes, ...]


def _value(
    value: object, output: GraphQLOutputType, wanted: _Wanted, stored: Path, failures: Failures
) -> object:
    """Return a value as sent in a representation; a null that no failure caused is sent as null.

    Raises:
        MissingError: It is a null that is not sent, or its type does not allow it.
    """
    if value is None:
        non_null = isinstance(output, GraphQLNonNull)
        if non_null or failures.cause(stored) is not None:
            raise MissingError(stored, NULL if non_null else None)
        return None
    match get_nullable_type(output):
        case GraphQLList() as items:
            if not isinstance(value, list):
                raise MissingError(stored, UNFIT)
            return [
                _value(item, items.of_type, wanted, (*stored, index), failures)
                for index, item in enumerate(value)
            ]
        case GraphQLEnumType() | GraphQLScalarType() as leaf:
            if not is_valid_key(leaf, value):
                raise MissingError(stored, UNFIT)
    return value if wanted.below is None else _object(value, wanted.below, wanted, stored, failures)


def _object(
    value: object, groups: Sequence[RepresentationGroup], wanted: _Wanted, stored: Path, failures: Failures
) -> object:
    if not isinstance(value, dict):
        raise MissingError(stored, NO_OBJECT)
    concrete = groups[0].concrete if groups and groups[0].only else type_name(value, wanted.types)
    if concrete is None:
        raise _of_unknown_type(value, stored)
    group = next((group for group in groups if group.concrete == concrete), None)
    if group is None:
        return {TYPENAME: concrete}
    typename = {TYPENAME: concrete} if group.typename else {}
    return {**typename, **_values(_Place(value, stored, wanted.names, concrete), group.fields, failures)}
