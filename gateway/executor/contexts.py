"""Groups entities by the values that `@fromContext` arguments take from ancestor objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.executor.entities import MissingError, values_of
from gateway.executor.failures import Failure, Failures
from gateway.executor.positions import Position
from gateway.plan import ContextSource, ContextVariable, Entities, RepresentationField
from gateway.supergraph.selections import TYPENAME


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
        if position.concrete not in entities.representations:
            continue
        try:
            values = {each.variable: _value(each, position, failures) for each in entities.context_variables}
        except MissingError as error:
            found.missing.append((position, failures.cause(error.stored)))
            continue
        text = orjson.dumps(values)
        if text not in index:
            index[text] = []
            found.groups.append((values, index[text]))
        index[text].append(position)
    return found


def _value(wanted: ContextVariable, position: Position, failures: Failures) -> object:
    for source in wanted.sources:
        above = _above(position, source.levels_up)
        fields = _fields(source, above)
        if fields is not None:
            value = _alone(values_of(above.data, fields, above.stored, failures))
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
    """Return the fields to take from an object; the root has a single type and no `__typename`."""
    if above.above is None:
        return next(iter(source.fields.values()))
    return source.fields.get(above.concrete or "")


def _alone(value: object) -> object:
    """Return the only leaf of a selection; lists on the path to it remain lists."""
    match value:
        case Mapping():
            return next((_alone(each) for name, each in value.items() if name != TYPENAME), None)
        case list():
            return [_alone(each) for each in value]
        case _:
            return value
