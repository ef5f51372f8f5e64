"""The parts of a response in the latest format of clients, and the response that they make together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from gateway.executor.failures import Path
from gateway.executor.merge import copied

Errors: TypeAlias = list[dict[str, Any]]


class Pending(Struct, frozen=True):
    """Announces that something will be delivered: a deferred fragment at a path, or the rest of a list.

    Attributes:
        id: The announcement's id in this response.
        path: The path of the fragment's object, or of the list.
        label: The client's label.
        fragment: The number of the deferred fragment; None for a list.
    """

    id: str
    path: Path
    label: str | None
    fragment: int | None = None

    def labelled(self) -> dict[str, str]:
        """Return the label, if there is one, as an entry has it."""
        return {} if self.label is None else {"label": self.label}


class Increment(Struct, frozen=True):
    """Fields of one object, or items of one list.

    Attributes:
        of: What was announced.
        path: The path of the object; for items, that of the list with the index of the first item.
        data: The fields by response name; None for items.
        items: The items; None for fields.
        errors: The errors in them.
    """

    of: Pending
    path: Path
    data: dict[str, Any] | None = None
    items: list[Any] | None = None
    errors: Errors = msgspec.field(default_factory=list)


class Completed(Struct, frozen=True):
    """Says that nothing more will be delivered of what was announced.

    Attributes:
        of: What was announced.
        errors: Why some of it will never be delivered; none if all of it was.
        next: The index of the first item that will not be delivered, for the rest of a list.
    """

    of: Pending
    errors: Errors = msgspec.field(default_factory=list)
    next: int = 0


@dataclass(slots=True)
class Payload:
    """One part of a response.

    Attributes:
        initial: The data and errors of the first part; None in later parts.
        pending: What was announced in it.
        increments: What is delivered in it.
        completed: What has ended with it.
        has_next: Whether more parts follow.
        extensions: The response's extensions.
    """

    initial: dict[str, Any] | None = None
    pending: list[Pending] = field(default_factory=list)
    increments: list[Increment] = field(default_factory=list)
    completed: list[Completed] = field(default_factory=list)
    has_next: bool = True
    extensions: dict[str, Any] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the part contains nothing yet."""
        return self.initial is None and not (self.pending or self.increments or self.completed)

    def body(self, incremental: Callable[[Payload], Mapping[str, Any]] | None = None) -> dict[str, Any]:
        """Return the part as JSON values.

        Args:
            incremental: Returns what is delivered in the client's format; None for the latest one.
        """
        body = dict(self.initial) if self.initial is not None else {}
        if self.initial is not None and not self.has_next:
            return body | self._extended()
        body |= self._latest() if incremental is None else incremental(self)
        return body | {"hasNext": self.has_next} | self._extended()

    def _extended(self) -> dict[str, Any]:
        return {} if self.extensions is None else {"extensions": self.extensions}

    def _latest(self) -> dict[str, Any]:
        content: dict[str, Any] = {}
        if self.pending:
            content["pending"] = [
                {"id": pending.id, "path": list(pending.path), **pending.labelled()}
                for pending in self.pending
            ]
        if self.increments:
            content["incremental"] = [_increment(increment) for increment in self.increments]
        if self.completed:
            content["completed"] = [
                {"id": completed.of.id, **reported(completed.errors)} for completed in self.completed
            ]
        return content


def reported(errors: Errors) -> dict[str, Errors]:
    """Return errors, if there are any, as an entry has them."""
    return {"errors": errors} if errors else {}


def _increment(increment: Increment) -> dict[str, Any]:
    if increment.items is not None:
        return {"id": increment.of.id, "items": increment.items, **reported(increment.errors)}
    below = list(increment.path[len(increment.of.path) :])
    content: dict[str, Any] = {"id": increment.of.id, "data": increment.data}
    return content | ({"subPath": below} if below else {}) | reported(increment.errors)


class MergedResponse:
    """A response of which parts are added one after the other, as copies: they are still to be sent."""

    __slots__ = ("_data", "_errors")

    def __init__(self) -> None:
        self._data: dict[str, Any] | None = None
        self._errors: list[Any] = []

    def add(self, payload: Payload) -> None:
        """Add a part.

        Raises:
            LookupError: The part belongs to something that no earlier part has delivered.
        """
        if payload.initial is not None:
            self._data = _copy(payload.initial["data"])
            self._errors += payload.initial.get("errors", ())
        for increment in payload.increments:
            self._errors += increment.errors
            if increment.items is not None:
                self.at(increment.path[:-1]).extend(_copy(increment.items))
            else:
                self.at(increment.path).update(_copy(increment.data or {}))
        for ended in payload.completed:
            self._errors += ended.errors

    def body(self) -> dict[str, Any]:
        """Return the response."""
        return {"errors": self._errors, "data": self._data} if self._errors else {"data": self._data}

    def at(self, path: Path) -> Any:
        """Return what was delivered at a path, which is not a copy.

        Raises:
            LookupError: Nothing was.
        """
        value: Any = self._data
        for part in path:
            value = value[part]
        return value


def _copy(value: Any) -> Any:
    return copied({"value": value})["value"]
