"""What is missing because something failed: explained where it shows once all fetches are done.

A fetch that fails takes the fields that it was to bring. What it leaves of an object that other fetches also
write into is seen only at the end: then each field that is still missing gets the error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.executor.failures import Failure, Failures, Path, at, translated
from gateway.executor.positions import Position
from gateway.plan import Below, ProvidedFields
from gateway.supergraph.selections import TYPENAME


@dataclass(frozen=True, slots=True)
class _Loss:
    """What an object does not get, and why."""

    failure: Failure
    position: Position
    provided_fields: ProvidedFields


@dataclass(slots=True)
class MissingFields:
    """The failures of a plan, and the objects that they concern.

    Attributes:
        failures: Those that the client is told.
    """

    failures: Failures = field(default_factory=Failures)
    _open: list[_Loss] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has failed so far."""
        return not self._open and self.failures.is_empty

    def record(self, failure: Failure, position: Position, path: Path) -> None:
        """Tell of a failure at a path of response keys below an object."""
        below, hidden = ((), True) if position.hidden else translated(path, position.names)
        # Where the client can see nothing of the way, there is no path.
        shown = (*position.path, *below) or None
        self.failures.add(at(failure, shown), (*position.stored, *path), hidden=hidden)

    def lose(self, failure: Failure, position: Position, provided_fields: ProvidedFields) -> None:
        """Remember that an object does not get what a fetch was to bring."""
        self._open.append(_Loss(failure, position, provided_fields))
        for place, response_key in _lacking(position, provided_fields):
            self.failures.explain((*place.stored, response_key), failure)

    def left_out(self, failure: Failure, position: Position, provided_fields: ProvidedFields) -> None:
        """Tell of every field that an answer simply did not have."""
        for place, response_key in _lacking(position, provided_fields):
            if response_key not in place.data:
                self.record(failure, place, (response_key,))

    def settle(self) -> None:
        """Tell of every loss at the fields that are missing, or at the object where none is."""
        for loss in self._open:
            told = False
            for place, response_key in _lacking(loss.position, loss.provided_fields):
                stored = (*place.stored, response_key)
                self.failures.explain(stored, loss.failure)
                # One error a field: an earlier one stands there, or below.
                if self.failures.cause(stored) is loss.failure:
                    self.record(loss.failure, place, (response_key,))
                told = True
            if not told:
                self.record(loss.failure, loss.position, ())
        self._open.clear()


def is_complete(given: Mapping[str, Any], provided_fields: ProvidedFields, concrete: str | None) -> bool:
    """Whether an object, and each one below it, has all that was asked for, be it null.

    Args:
        given: As the subgraph answered.
        provided_fields: What was asked for.
        concrete: The object's type.
    """
    for response_key, below in _wanted(provided_fields, concrete).items():
        if response_key not in given:
            return False
        if below is not None and not _are_complete(given[response_key], below.lists, below.provided_fields):
            return False
    return True


def _are_complete(value: object, lists: int, provided_fields: ProvidedFields) -> bool:
    """The same for whatever should be objects in lists; other values are not judged here."""
    match value:
        case list() if lists > 0:
            return all(_are_complete(item, lists - 1, provided_fields) for item in value)
        case dict() if lists == 0:
            name = value.get(TYPENAME)
            return is_complete(value, provided_fields, name if isinstance(name, str) else None)
        case _:
            return True


def _lacking(position: Position, provided_fields: ProvidedFields) -> Iterator[tuple[Position, str]]:
    """The fields that a fetch was to bring and that are not there."""
    for response_key, below in _wanted(provided_fields, position.concrete).items():
        if position.data.get(response_key) is None:
            yield position, response_key
        elif below is not None:
            for place in position.below(response_key, below.lists):
                yield from _lacking(place, below.provided_fields)


def _wanted(provided_fields: ProvidedFields, concrete: str | None) -> Mapping[str, Below | None]:
    """What a fetch brings to an object; where the type was not asked for, there is only one."""
    if concrete is None and len(provided_fields) == 1:
        return next(iter(provided_fields.values()))
    return provided_fields.get(concrete or "", {})
