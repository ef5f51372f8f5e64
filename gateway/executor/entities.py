"""Builds the representations that an entity fetch sends, grouped by what `@fromContext` arguments take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import orjson
from msgspec import Struct

from gateway.executor.failures import Failure, Failures, Path
from gateway.executor.positions import Position, type_name
from gateway.plan import (
    ContextSource,
    ContextVariable,
    Entities,
    Names,
    ObjectTypes,
    RepresentationField,
    RepresentationGroup,
)
from gateway.supergraph.selections import TYPENAME


@dataclass(slots=True)
class Batch:
    """The representations of one `_entities` field.

    Attributes:
        sent: The representations, without duplicates.
        positions: The objects that each representation identifies.
        missing: The objects that cannot be represented, each with the failure that caused it, if any.
    """

    sent: list[dict[str, Any]] = field(default_factory=list)
    positions: list[list[Position]] = field(default_factory=list)
    missing: list[tuple[Position, Failure | None]] = field(default_factory=list)


class SentField(Struct, frozen=True):
    """One `_entities` field of a fetch, with the representations sent in it."""

    entities: Entities
    batch: Batch

    def part(self, start: int, stop: int) -> SentField:
        """Return the field with only some of its representations."""
        return SentField(self.entities, Batch(self.batch.sent[start:stop], self.batch.positions[start:stop]))

    def all_positions(self) -> list[Position]:
        """Return all objects that the field is fetched for."""
        return [position for positions in self.batch.positions for position in positions]

    def fits(self, response: object) -> TypeGuard[list[Any]]:
        """Return whether the field has one entity for each representation."""
        return isinstance(response, list) and len(response) == len(self.batch.sent)


def divide(fields: Sequence[SentField], most: int) -> list[list[SentField]]:
    """Divide the representations of a fetch into requests.

    Args:
        fields: The fields of the fetch.
        most: The most representations in one request.

    Returns:
        For each request, all fields, some of which may have no representations.
    """
    sizes = [len(each.batch.sent) for each in fields]
    starts = [sum(sizes[:index]) for index in range(len(fields))]
    return [
        [
            each.part(max(first - start, 0), max(first + most - start, 0))
            for each, start in zip(fields, starts, strict=True)
        ]
        for first in range(0, sum(sizes), most)
    ]


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


def _unnamed(position: Position) -> MissingError:
    """Return the error for an object whose type is not known, or not possible."""
    return _of_unknown_type(position.data, position.stored)


def _of_unknown_type(data: Mapping[str, Any], stored: Path) -> MissingError:
    named = data.get(TYPENAME) is not None
    return MissingError((*stored, TYPENAME), IMPOSSIBLE_TYPE if named else NO_TYPE)


NO_TYPE = "left out the type of an object"
IMPOSSIBLE_TYPE = "named a type that the object cannot have"
NULL = "returned null where its schema does not allow it"
LEFT_OUT = "left out a field"
NO_OBJECT = "returned a value that is not an object"


def represent(entities: Entities, positions: Iterable[Position], failures: Failures) -> Batch:
    """Build the representations of entities; equal ones are sent once, wherever the objects are."""
    batch = Batch()
    index: dict[bytes, int] = {}
    for position in positions:
        try:
            concrete = _identified(entities, position)
            if concrete is None:
                continue
            fields = entities.representations[concrete]
            values = _by_any_key(entities.keys.get(concrete, ()), fields, position, failures)
        except MissingError as error:
            batch.missing.append((position, error.cause(failures)))
            continue
        representation = {TYPENAME: entities.sent_as.get(concrete, concrete), **values}
        text = orjson.dumps(representation, option=orjson.OPT_SORT_KEYS)
        if text not in index:
            index[text] = len(batch.sent)
            batch.sent.append(representation)
            batch.positions.append([])
        batch.positions[index[text]].append(position)
    return batch


def _identified(entities: Entities, position: Position) -> str | None:
    """Return the type by which an object is represented; None if nothing is fetched for it.

    An interface's or a union's object without a possible type is left to projection: it is null.

    Raises:
        MissingError: A subgraph named another type than the only possible one.
    """
    concrete = position.concrete
    if concrete is None and position.only is not None:
        raise _unnamed(position)
    return concrete if concrete in entities.representations else None


def _by_any_key(
    keys: Sequence[Sequence[RepresentationField]],
    fields: Sequence[RepresentationField],
    position: Position,
    failures: Failures,
) -> dict[str, Any]:
    """Return the fields of a representation: all of them, or else only those of the complete keys.

    Raises:
        MissingError: No key is complete.
    """
    try:
        return values_of(position, fields, failures)
    except MissingError:
        values: dict[str, Any] = {}
        for key in keys:
            with suppress(MissingError):
                values = _merged(values, values_of(position, key, failures))
        if not values:
            raise
        return values


def _merged(one: Any, other: Any) -> Any:
    """Merge two parts of one value: keys that share a field may select different fields below it."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**other, **{name: _merged(each, other.get(name)) for name, each in one.items()}}
    if isinstance(one, list) and isinstance(other, list):
        return [_merged(*each) for each in zip(one, other, strict=True)]
    return one


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
            raise MissingError(stored, LEFT_OUT)
        value = here.data[wanted.response_key]
        if value is None and (wanted.key or wanted.non_null or failures.cause(stored) is not None):
            raise MissingError(stored, NULL if wanted.non_null else None)
        names = None if here.names is None else here.names.below.get(wanted.response_key)
        types = () if names is None else names.types_below(here.concrete)
        values[wanted.name] = _value(value, _Wanted(wanted.below, names, types), stored, failures)
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


def _value(value: object, wanted: _Wanted, stored: Path, failures: Failures) -> object:
    """Return a value as sent in a representation; a null that no failure caused is sent as null."""
    if wanted.below is None or value is None:
        return value
    if isinstance(value, list):
        return [_item(item, wanted, (*stored, index), failures) for index, item in enumerate(value)]
    return _object(value, wanted.below, wanted, stored, failures)


def _item(value: object, wanted: _Wanted, stored: Path, failures: Failures) -> object:
    if value is None and failures.cause(stored) is not None:
        raise MissingError(stored)
    return _value(value, wanted, stored, failures)


def _object(
    value: object, groups: Sequence[RepresentationGroup], wanted: _Wanted, stored: Path, failures: Failures
) -> object:
    if not isinstance(value, dict):
        raise MissingError(stored, NO_OBJECT)
    concrete = groups[0].concrete if groups and groups[0].only else type_name(value, wanted.types)
    if concrete is None:
        raise _of_unknown_type(value, stored)
    group = next((each for each in groups if each.concrete == concrete), None)
    if group is None:
        return {TYPENAME: concrete}
    typename = {TYPENAME: concrete} if group.typename else {}
    return {**typename, **_values(_Place(value, stored, wanted.names, concrete), group.fields, failures)}


@dataclass(slots=True)
class ValueGroups:
    """The objects of an entity fetch, grouped by the values of its variables.

    Attributes:
        groups: The values by variable, and the objects with these values; no two groups have the same values.
        missing: The objects for which a value is missing, each with the failure that caused it, if any.
    """

    groups: list[tuple[dict[str, Any], list[Position]]] = field(default_factory=list)
    missing: list[tuple[Position, Failure | None]] = field(default_factory=list)


def group_by_values(entities: Entities, positions: Iterable[Position], failures: Failures) -> ValueGroups:
    """Group objects by the values of their ancestors."""
    found = ValueGroups()
    index: dict[bytes, list[Position]] = {}
    for position in positions:
        try:
            if _identified(entities, position) is None:
                continue
            values = {
                variable.variable: _context_value(variable, position, failures)
                for variable in entities.context_variables
            }
        except MissingError as error:
            found.missing.append((position, error.cause(failures)))
            continue
        text = orjson.dumps(values)
        if text not in index:
            index[text] = []
            found.groups.append((values, index[text]))
        index[text].append(position)
    return found


def _context_value(wanted: ContextVariable, position: Position, failures: Failures) -> object:
    for source in wanted.sources:
        above = _above(position, source.levels_up)
        fields = _fields(source, above)
        if fields is not None:
            value = _alone(values_of(above, fields, failures))
            if value is None and not wanted.nullable:
                raise MissingError(above.stored)
            return value
    raise MissingError(position.stored)


def _above(position: Position, steps: int) -> Position:
    for _ in range(steps):
        if position.above is None:
            raise AssertionError("a plan reads contexts only from objects on its path")
        position = position.above
    return position


def _fields(source: ContextSource, above: Position) -> tuple[RepresentationField, ...] | None:
    """Return the fields to take from an object; the root has a single type and no `__typename`.

    Raises:
        MissingError: The type of the object is not known, or not possible.
    """
    if above.above is None:
        return next(iter(source.fields.values()))
    if above.concrete is None:
        raise _unnamed(above)
    return source.fields.get(above.concrete)


def _alone(value: object) -> object:
    """Return the only leaf of a selection; lists on the path to it remain lists."""
    match value:
        case Mapping():
            return next((_alone(each) for name, each in value.items() if name != TYPENAME), None)
        case list():
            return [_alone(each) for each in value]
        case _:
            return value
