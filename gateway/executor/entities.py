"""Finds the objects that a fetch is for, and builds the representations that it sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.executor.failures import Failure, Failures, Path
from gateway.plan import Fetch, Names, RepresentationField, RepresentationGroup, Step
from gateway.supergraph.selections import TYPENAME


@dataclass(frozen=True, slots=True)
class Position:
    """An object in the tree of data.

    Attributes:
        data: The object; fetches write into it.
        path: In the client's terms, as far as the client can see.
        stored: In storage names.
        hidden: Whether the client did not ask for this object.
    """

    data: dict[str, Any]
    path: Path
    stored: Path
    hidden: bool = False

    @property
    def concrete(self) -> str | None:
        """Its concrete type, as a subgraph named it."""
        name = self.data.get(TYPENAME)
        return name if isinstance(name, str) else None


@dataclass(slots=True)
class Batch:
    """The representations of one entity fetch.

    Attributes:
        sent: Each different one once.
        positions: For each of them, the objects that it stands for.
        missing: Objects that cannot be represented, each with the failure that explains it, if any.
    """

    sent: list[dict[str, Any]] = field(default_factory=list)
    positions: list[list[Position]] = field(default_factory=list)
    missing: list[tuple[Position, Failure | None]] = field(default_factory=list)


class _MissingError(Exception):
    """A representation cannot be built; `stored` is where a value is lacking."""

    def __init__(self, stored: Path) -> None:
        super().__init__(stored)
        self.stored = stored


def find(data: dict[str, Any], steps: Sequence[Step], names: Names) -> list[Position]:
    """All objects at a path: lists are entered, nulls and other types passed over."""
    found = [Position(data, (), ())]
    current: Names | None = names
    for step in steps:
        response = None if current is None else current.responses.get(step.key)
        found = [below for position in found for below in _below(position, step, response)]
        current = None if current is None else current.below.get(step.key)
    return found


def _below(position: Position, step: Step, response: str | None) -> Iterator[Position]:
    if step.types is not None and position.concrete not in step.types:
        return
    hidden = position.hidden or response is None
    path = position.path if response is None or hidden else (*position.path, response)
    yield from _objects(position.data.get(step.key), Position({}, path, (*position.stored, step.key), hidden))


def _objects(value: object, place: Position) -> Iterator[Position]:
    if isinstance(value, dict):
        yield Position(value, place.path, place.stored, place.hidden)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            path = place.path if place.hidden else (*place.path, index)
            yield from _objects(item, Position({}, path, (*place.stored, index), place.hidden))


def represent(fetch: Fetch, positions: Sequence[Position], failures: Failures) -> Batch:
    """Build the representations of an entity fetch; equal ones are sent once."""
    batch = Batch()
    index: dict[bytes, int] = {}
    for position in positions:
        concrete = position.concrete
        fields = None if concrete is None else (fetch.representations or {}).get(concrete)
        if concrete is None or fields is None:
            continue
        try:
            taken = _fields(position.data, fields, position.stored, failures)
        except _MissingError as error:
            batch.missing.append((position, failures.cause(error.stored)))
            continue
        representation = {TYPENAME: fetch.sent_as.get(concrete, concrete), **taken}
        text = orjson.dumps(representation, option=orjson.OPT_SORT_KEYS)
        if text not in index:
            index[text] = len(batch.sent)
            batch.sent.append(representation)
            batch.positions.append([])
        batch.positions[index[text]].append(position)
    return batch


def _fields(
    data: Mapping[str, Any], fields: Sequence[RepresentationField], stored: Path, failures: Failures
) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    for wanted in fields:
        place = (*stored, wanted.storage)
        if wanted.storage not in data:
            raise _MissingError(place)
        value = data[wanted.storage]
        if value is None and (wanted.key or failures.cause(place) is not None):
            raise _MissingError(place)
        taken[wanted.name] = _value(value, wanted, place, failures)
    return taken


def _value(value: object, wanted: RepresentationField, stored: Path, failures: Failures) -> object:
    """A value as it goes into a representation; nulls that are not failures are sent as they are."""
    if wanted.below is None or value is None:
        return value
    if isinstance(value, list):
        return [_item(item, wanted, (*stored, index), failures) for index, item in enumerate(value)]
    return _object(value, wanted.below, stored, failures)


def _item(value: object, wanted: RepresentationField, stored: Path, failures: Failures) -> object:
    if value is None and failures.cause(stored) is not None:
        raise _MissingError(stored)
    return _value(value, wanted, stored, failures)


def _object(value: object, groups: Sequence[RepresentationGroup], stored: Path, failures: Failures) -> object:
    if not isinstance(value, dict):
        raise _MissingError(stored)
    name = value.get(TYPENAME)
    group = groups[0] if len(groups) == 1 and not groups[0].typename else None
    group = group or next((each for each in groups if name == each.concrete), None)
    if group is None:
        return {TYPENAME: name}
    typename = {TYPENAME: name} if group.typename else {}
    return {**typename, **_fields(value, group.fields, stored, failures)}
