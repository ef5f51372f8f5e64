"""Targets: the objects, lists and slices of a response for which something is delivered later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from gateway.executor.failures import Failure, Path
from gateway.plan import DeferredFields, Fetch, Shape, ShapeField
from gateway.plan import Path as FetchPath
from gateway.supergraph.deferral import INITIALLY, Delivery

Keys: TypeAlias = tuple[str, ...]
"""Response keys from the root."""


class FoundFields(Struct, frozen=True, eq=False):
    """Deferred fields of an object in the response.

    Attributes:
        path: The object's path in the client's terms.
        deferred: The fields.
        concrete: The object's type.
        data: The object in the tree of data.
    """

    path: Path
    deferred: DeferredFields
    concrete: str
    data: Mapping[str, Any]


class FoundItems(Struct, frozen=True, eq=False):
    """The remaining items of a list in the response.

    Attributes:
        path: The list's path in the client's terms.
        wanted: The list's field.
        items: All items in the tree of data.
    """

    path: Path
    wanted: ShapeField
    items: list[Any]


Found: TypeAlias = FoundFields | FoundItems


class Owner(Struct, frozen=True):
    """The part of the response to which a path belongs.

    Attributes:
        delivery: The deferred fragments with which the part is delivered.
        at: The path of the object whose fields it is.
        item: For items that are delivered later than their list, the list's path and the item's index.
        passed: The deliveries of all fields on the path.
    """

    delivery: Delivery
    at: Path
    item: tuple[Path, int] | None
    passed: frozenset[Delivery]

    def is_within_items(self, at: Path, start: int, stop: int) -> bool:
        """Return whether the part is a later item of a list inside some items of another list."""
        if self.item is None or self.item[0][: len(at)] != at or len(self.item[0]) <= len(at):
            return False
        index = self.item[0][len(at)]
        return isinstance(index, int) and start <= index < stop

    def is_item_outside(self, lists: Iterable[Path]) -> bool:
        """Return whether the part is a later item, neither of these lists nor of lists inside them."""
        return self.item is not None and not any(self.item[0][: len(path)] == path for path in lists)


def owner_of(shape: Shape, path: Path, counts: Mapping[Keys, int]) -> Owner:
    """Return the part to which a path of the response belongs.

    Args:
        shape: The shape of the response.
        path: The path in the client's terms.
        counts: How many items of each streamed list are delivered first.
    """
    delivery, passed = INITIALLY, {INITIALLY}
    at: Path = ()
    item: tuple[Path, int] | None = None
    here: Shape | None = shape
    field: ShapeField | None = None
    for depth, part in enumerate(path):
        if isinstance(part, int):
            streamed = None if field is None or isinstance(path[depth - 1], int) else field.streamed
            if streamed is not None and part >= counts[streamed.path]:
                item = (path[:depth], part)
            continue
        selected = None if here is None else _field(here, part)
        if selected is None:
            break
        field, later = selected
        if later is not None:
            delivery, at, item = later, path[:depth], None
            passed.add(later)
        here = field.below
    return Owner(delivery, at, item, frozenset(passed))


def _field(shape: Shape, response: str) -> tuple[ShapeField, Delivery | None] | None:
    """Return a field, and its delivery if it is delivered later than its object."""
    for fields in shape.fields.values():
        for field in fields:
            if field.response == response:
                return field, None
    for groups in shape.deferred.values():
        for group in groups:
            for field in group.fields:
                if field.response == response:
                    return field, group.delivery
    return None


class OwnedFailure(Struct, frozen=True):
    """A failure with the part that reports it.

    Attributes:
        is_loose: Whether its path lies outside of the part, because the client did not select what failed.
    """

    failure: Failure
    owner: Owner
    is_loose: bool = False

    def concerns_fields(self, delivery: Delivery, at: Path) -> bool:
        """Return whether the failure is reported with the fields of an object."""
        if self.owner.delivery != delivery or self.owner.item is not None:
            return False
        path = self.failure.path or ()
        return at[: len(path)] == path if self.is_loose else self.owner.at == at

    def concerns_items(self, at: Path, start: int, stop: int) -> bool:
        """Return whether the failure is reported with items of a list."""
        return self.owner.item is not None and self.owner.item[0] == at and start <= self.owner.item[1] < stop


def owned(failure: Failure, stage: Delivery, shape: Shape, counts: Mapping[Keys, int]) -> OwnedFailure:
    """Return a failure with the part that reports it.

    Args:
        failure: The failure.
        stage: The delivery whose fetches failed; they may have fetched fields of later deliveries as well.
        shape: The shape of the response.
        counts: How many items of each streamed list are delivered first.
    """
    owner = owner_of(shape, failure.path or (), counts)
    if stage in owner.passed:
        return OwnedFailure(failure, owner)
    return OwnedFailure(failure, Owner(stage, owner.at, None, owner.passed), is_loose=True)


class Slice(Struct, frozen=True, eq=False):
    """The initial items of all streamed lists, or later items of one of them.

    Attributes:
        windows: By path of a streamed list, the index of its first item here and of the first after them.
        list: The path of the list whose later items these are; None for the initial items of all lists.
        parent: The slice in which the list itself is; None for the initial items of all lists.
    """

    windows: Mapping[Keys, tuple[int, int]]
    list: Keys | None = None
    parent: Slice | None = None
    _later: dict[tuple[Keys, int], Slice] = msgspec.field(default_factory=dict)

    def later(self, path: Keys, start: int, stop: int) -> Slice:
        """Return the slice of later items of a list: the same one for equal lists of several objects."""
        known = self._later.get((path, start))
        if known is None:
            windows = {**self.windows, path: (start, stop)}
            known = self._later[path, start] = Slice(windows, path, self)
        return known

    def home(self, fetch: Fetch) -> Slice:
        """Return the slice in which a fetch belongs: its own items do not depend on later slices."""
        if self.list is None or self.parent is None or is_below(fetch, self.list):
            return self
        return self.parent.home(fetch)


def is_below(fetch: Fetch, path: Keys) -> bool:
    """Return whether a fetch adds to the items of a list."""
    return any(leads_through(place, path) for place, _ in fetch.places())


def leads_through(path: FetchPath, through: Keys) -> bool:
    """Return whether a path leads to the items of a list or below them."""
    return tuple(step.response_key for step in path[: len(through)]) == through
