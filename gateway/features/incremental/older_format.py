"""The format of `deferSpec=20220824`: one entry for each deferred fragment, with all that it selects.

https://github.com/graphql/graphql-spec/pull/742, as of August 2022. An entry has the path of the fragment's
object, and repeats fields that were delivered before: clients such as Relay read the fragment from its entry
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from gateway.features.incremental.payloads import (
    Completed,
    Errors,
    Increment,
    MergedResponse,
    Payload,
    Pending,
    reported,
)
from gateway.plan import QueryPlan, Shape, ShapeField

Names: TypeAlias = Mapping[str, "Names | None"]
"""The response names of selected fields, each with those below it; None for a leaf."""


class OlderFormat:
    """Writes the parts of one response.

    Args:
        plan: The plan.
        merged: The response that the client has, with the part that is written.
    """

    __slots__ = ("_merged", "_plan", "_selected")

    def __init__(self, plan: QueryPlan, merged: MergedResponse) -> None:
        self._plan = plan
        self._merged = merged
        self._selected: dict[int, Names] = {}

    def incremental(self, payload: Payload) -> dict[str, Any]:
        """Return what a part delivers: items, then fragments, which may lie in these items."""
        items = [_items(increment) for increment in payload.increments if increment.items is not None]
        entries = [*items, *self._ended(payload)]
        return {"incremental": entries} if entries else {}

    def _ended(self, payload: Payload) -> Iterator[dict[str, Any]]:
        for ended in payload.completed:
            of = ended.of
            if ended.errors:
                yield _failure(ended)
            elif of.fragment is not None:
                own = (increment for increment in payload.increments if increment.of == of)
                yield self._fragment(
                    of, of.fragment, [error for increment in own for error in increment.errors]
                )

    def _fragment(self, of: Pending, number: int, errors: Errors) -> dict[str, Any]:
        names = self._selected.get(number)
        if names is None:
            shapes = [self._plan.shape]
            for name in self._plan.deferred[number].path:
                shapes = _below(field for field in _fields(shapes) if field.response == name)
            names = self._selected[number] = _names(shapes, number)
        data = _chosen(self._merged.at(of.path), names)
        return {"data": data, "path": list(of.path), **of.labelled(), **reported(errors)}


def _items(increment: Increment) -> dict[str, Any]:
    entry = {"items": increment.items, "path": list(increment.path)}
    return entry | increment.of.labelled() | reported(increment.errors)


def _failure(ended: Completed) -> dict[str, Any]:
    of = ended.of
    entry: dict[str, Any] = {"data": None, "path": list(of.path)}
    if of.fragment is None:
        entry = {"items": None, "path": [*of.path, ended.next]}
    return entry | of.labelled() | reported(ended.errors)


def _names(shapes: Iterable[Shape], number: int) -> Names:
    """Return what a deferred fragment selects, without the deferred fragments in it, of any type."""
    chosen: dict[str, list[ShapeField]] = {}
    for field in _fields(shapes):
        if number in field.fragments:
            chosen.setdefault(field.response, []).append(field)
    below = {response: _below(fields) for response, fields in chosen.items()}
    return {response: _names(shapes, number) if shapes else None for response, shapes in below.items()}


def _fields(shapes: Iterable[Shape]) -> Iterator[ShapeField]:
    for shape in shapes:
        for fields in shape.fields.values():
            yield from fields
        for groups in shape.deferred.values():
            for group in groups:
                yield from group.fields


def _below(fields: Iterable[ShapeField]) -> list[Shape]:
    """Return the shapes below fields; types that share one have it once."""
    return list({id(field.below): field.below for field in fields if field.below is not None}.values())


def _chosen(value: Any, names: Names | None) -> Any:
    if names is None or value is None:
        return value
    if isinstance(value, list):
        return [_chosen(item, names) for item in value]
    return {name: _chosen(value[name], below) for name, below in names.items() if name in value}
