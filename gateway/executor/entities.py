"""Builds the representations that an entity fetch sends, grouped by what `@fromContext` arguments take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import orjson
from msgspec import Struct

from gateway.executor.failures import Failure, Failures
from gateway.executor.positions import Position
from gateway.executor.values import MissingError, unnamed, values_of
from gateway.plan import ContextSource, ContextVariable, Entities, RepresentationField
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
    sizes = [len(sent_field.batch.sent) for sent_field in fields]
    starts = [sum(sizes[:index]) for index in range(len(fields))]
    return [
        [
            sent_field.part(max(first - start, 0), max(first + most - start, 0))
            for sent_field, start in zip(fields, starts, strict=True)
        ]
        for first in range(0, sum(sizes), most)
    ]


def represent(entities: Entities, positions: Iterable[Position], failures: Failures) -> Batch:
    """Build the representations of entities; equal ones are sent once, wherever the objects are."""
    batch = Batch()
    index: dict[bytes, int] = {}
    for position in positions:
        try:
            concrete = _identified(entities, position, failures)
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


def _identified(entities: Entities, position: Position, failures: Failures) -> str | None:
    """Return the type by which an object is represented; None if nothing is fetched for it.

    An interface's or a union's object without a possible type is left to projection: it is null.

    Raises:
        MissingError: A subgraph named another type than the only possible one, or a failure is why nobody
            named more than an interface.
    """
    concrete = position.concrete
    if concrete is None:
        if position.only is not None:
            raise unnamed(position)
        return None
    if concrete in entities.representations:
        return concrete
    if failures.hides_type(position.stored, concrete):
        raise MissingError((*position.stored, TYPENAME))
    return None


def _by_any_key(
    keys: Sequence[Sequence[RepresentationField]],
    fields: Sequence[RepresentationField],
    position: Position,
    failures: Failures,
) -> dict[str, Any]:
    """Return the fields of a representation: all of them, or else only those of the complete keys.

    Raises:
        MissingError: No key is complete. A null that is allowed is the reason only if there is no other.
    """
    try:
        return values_of(position, fields, failures)
    except MissingError as error:
        values: dict[str, Any] = {}
        reasons = [error]
        for key in keys:
            try:
                values = _merged(values, values_of(position, key, failures))
            except MissingError as reason:
                reasons.append(reason)
        if not values:
            raise next((reason for reason in reasons if reason.cause(failures) is not None), error) from None
        return values


def _merged(one: Any, other: Any) -> Any:
    """Merge two parts of one value: keys that share a field may select different fields below it."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**other, **{name: _merged(value, other.get(name)) for name, value in one.items()}}
    if isinstance(one, list) and isinstance(other, list):
        return [_merged(*pair) for pair in zip(one, other, strict=True)]
    return one


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
    grouped = ValueGroups()
    index: dict[bytes, list[Position]] = {}
    for position in positions:
        try:
            if _identified(entities, position, failures) is None:
                continue
            values = {
                variable.variable: _context_value(variable, position, failures)
                for variable in entities.context_variables
            }
        except MissingError as error:
            grouped.missing.append((position, error.cause(failures)))
            continue
        text = orjson.dumps(values)
        if text not in index:
            index[text] = []
            grouped.groups.append((values, index[text]))
        index[text].append(position)
    return grouped


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
        raise unnamed(above)
    return source.fields.get(above.concrete)


def _alone(value: object) -> object:
    """Return the only leaf of a selection; lists on the path to it remain lists."""
    match value:
        case Mapping():
            return next((_alone(inner) for name, inner in value.items() if name != TYPENAME), None)
        case list():
            return [_alone(item) for item in value]
        case _:
            return value
