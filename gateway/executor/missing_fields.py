"""Tracks the fields that are missing because a fetch failed; each gets an error once all fetches are done.

Another fetch may still supply fields that the failed one should have returned. Only at the end is it known
which fields are missing; these get the error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gateway.executor.failures import Failure, Failures, Path, translated
from gateway.executor.positions import Position
from gateway.plan import Below, ProvidedFields
from gateway.supergraph.selections import TYPENAME


class _MissingData(Struct, frozen=True):
    """The fields that an object lacks, and the reason."""

    failure: Failure
    position: Position
    provided_fields: ProvidedFields


class _Lack(Struct, frozen=True):
    """A missing value, by its path of response keys below an object, and the reason."""

    failure: Failure
    place: Position
    path: Path


@dataclass(slots=True)
class MissingFields:
    """The failures of an execution, and the objects that they concern.

    Attributes:
        failures: The errors of the response.
    """

    failures: Failures = field(default_factory=Failures)
    _open: list[_MissingData] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has failed so far."""
        return not self._open and self.failures.is_empty

    def record(self, failure: Failure, position: Position, path: Path) -> None:
        """Record a failure at a path of response keys below an object."""
        below, hidden = ((), True) if position.hidden else translated(path, position.names)
        # If the client selected nothing on the path, the error has no path.
        shown = (*position.path, *below) or None
        self.failures.add(replace(failure, path=shown), (*position.stored, *path), hidden=hidden)

    def mark_missing(self, failure: Failure, position: Position, provided_fields: ProvidedFields) -> None:
        """Record that an object lacks what a fetch should have returned."""
        if self.failures.interface_objects:
            provided_fields = _of_any_type(position, provided_fields)
            self._explain_type(failure, position, provided_fields)
        self._open.append(_MissingData(failure, position, provided_fields))
        for place, response_key in _missing_fields(position, provided_fields):
            self.failures.explain((*place.stored, response_key), failure)

    def mark_nulled(self, failure: Failure, position: Position, provided_fields: ProvidedFields) -> None:
        """Record that the null of a failed field took an object's other fields; these get no errors."""
        if self.failures.interface_objects:
            self._explain_type(failure, position, provided_fields)
        for place, response_key in _missing_fields(position, provided_fields):
            self.failures.explain((*place.stored, response_key), failure)
            below, hidden = ((), True) if place.hidden else translated((response_key,), place.names)
            if not hidden:
                self.failures.mark_nulled((*place.path, *below))

    def _explain_type(self, failure: Failure, position: Position, provided_fields: ProvidedFields) -> None:
        """Record that a fetch did not say the type of an object of which at most the interface is known."""
        concrete = position.concrete
        named = provided_fields.values() if concrete is None else [provided_fields.get(concrete, {})]
        if any(TYPENAME in fields for fields in named):
            self.failures.explain((*position.stored, TYPENAME), failure)

    def record_left_out(self, failure: Failure, position: Position, provided_fields: ProvidedFields) -> None:
        """Record a failure for every field that a response left out."""
        for place, response_key in _missing_fields(position, provided_fields):
            if response_key not in place.data:
                self.record(failure, place, (response_key,))

    def settle(self) -> None:
        """Report each failed fetch at the fields that are missing, or at the object if none is missing.

        What a subgraph said of several items of a list together is reported once, at the list.
        """
        shared: dict[tuple[Path, str, str, str | None], list[_Lack]] = {}
        for missing in self._open:
            recorded = False
            for place, response_key in _missing_fields(missing.position, missing.provided_fields):
                stored = (*place.stored, response_key)
                self.failures.explain(stored, missing.failure)
                # Each field has only one error; an earlier one may be at the field or below it.
                if self.failures.explained.get(stored) is missing.failure:
                    self._report(missing.failure, place, (response_key,), shared)
                recorded = True
            if not recorded:
                self._report(missing.failure, missing.position, (), shared)
        self._open.clear()
        for (path, *_), lacks in shared.items():
            self._report_at_list(path, lacks)

    def _report(
        self,
        failure: Failure,
        place: Position,
        path: Path,
        shared: dict[tuple[Path, str, str, str | None], list[_Lack]],
    ) -> None:
        if not failure.is_shared or self.failures.in_parts or (length := _length_to_list(place.path)) is None:
            self.record(failure, place, path)
        else:
            key = (place.path[:length], failure.message, failure.code, failure.service)
            shared.setdefault(key, []).append(_Lack(failure, place, path))

    def _report_at_list(self, path: Path, lacks: Sequence[_Lack]) -> None:
        if len({lack.place.stored for lack in lacks}) == 1:
            for lack in lacks:
                self.record(lack.failure, lack.place, lack.path)
            return
        shown = [
            ((), True) if lack.place.hidden else translated(lack.path, lack.place.names) for lack in lacks
        ]
        self.failures.add_at_list(
            replace(lacks[0].failure, path=path),
            [
                ((*lack.place.path, *below), (*lack.place.stored, *lack.path))
                for lack, (below, _) in zip(lacks, shown, strict=True)
            ],
            hidden=all(hidden for _, hidden in shown),
        )


def _length_to_list(path: Path) -> int | None:
    """Return the length of the path of the first list on a path, if any."""
    return next((length for length, part in enumerate(path) if isinstance(part, int)), None)


def _of_any_type(position: Position, provided_fields: ProvidedFields) -> ProvidedFields:
    """Return the fields that a fetch may return for an object; of which type, may not be known."""
    concrete = position.concrete
    if concrete is None or concrete in provided_fields:
        return provided_fields
    return {concrete: {key: below for fields in provided_fields.values() for key, below in fields.items()}}


def is_complete(given: Mapping[str, Any], provided_fields: ProvidedFields, concrete: str | None) -> bool:
    """Return whether an object, and each object below it, has all selected fields; they may be null.

    Args:
        given: The object in the subgraph's response.
        provided_fields: The selected fields.
        concrete: The object's type.
    """
    for response_key, below in _wanted(provided_fields, concrete).items():
        if response_key not in given:
            return False
        if below is not None and not _are_complete(given[response_key], below.lists, below):
            return False
    return True


def _are_complete(value: object, lists: int, below: Below) -> bool:
    """Do the same for objects in nested lists; a value of another kind has none of the fields."""
    match value:
        case list() if lists > 0:
            return all(_are_complete(item, lists - 1, below) for item in value)
        case dict() if lists == 0:
            name = below.only or value.get(TYPENAME)
            return is_complete(value, below.provided_fields, name if isinstance(name, str) else None)
        case _:
            return value is None or not any(below.provided_fields.values())


def _missing_fields(position: Position, provided_fields: ProvidedFields) -> Iterator[tuple[Position, str]]:
    """Yield the missing fields that a fetch should have returned."""
    only = position.only if position.only in provided_fields else None
    for response_key, below in _wanted(provided_fields, position.concrete or only).items():
        if position.data.get(response_key) is None:
            yield position, response_key
        elif below is not None:
            for place in position.below(response_key, below.lists):
                yield from _missing_fields(place, below.provided_fields)


def _wanted(provided_fields: ProvidedFields, concrete: str | None) -> Mapping[str, Below | None]:
    """Return the fields that a fetch returns for an object; a type that was not fetched is the only one."""
    if concrete is None and len(provided_fields) == 1:
        return next(iter(provided_fields.values()))
    return provided_fields.get(concrete or "", {})
