"""Records of what was announced to a client and what it still waits for, with their limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from gateway.executor.failures import Failure, Path
from gateway.features.incremental.payloads import Pending
from gateway.features.incremental.targets import FoundFields, FoundItems, Slice


class DeliveryLimits(Struct, frozen=True):
    """Limits on one response in parts.

    Attributes:
        list_items: The most items of a list.
        items_at_once: How many later items of a streamed list are fetched and sent together.
        records: The most deferred fragments and streamed lists, counted for each object.
    """

    list_items: int
    items_at_once: int
    records: int


@dataclass(slots=True, eq=False)
class Sent:
    """A part that others depend on: they are delivered only once it was sent.

    Attributes:
        is_sent: Whether it was sent.
        lists: The streamed lists in it.
    """

    is_sent: bool = False
    lists: list[ListRecord] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class FieldsRecord:
    """Deferred fields of one object.

    Attributes:
        target: The object and the fields.
        part: The slice in which they are.
        source: The part that contains the object.
        fragments: The deferred fragments with which they are delivered.
        value: The fields by response name; None before projection, or if null propagated to all of them.
        failures: What failed in them.
        is_done: Whether they were projected.
        contents: The part that they are themselves.
    """

    target: FoundFields
    part: Slice
    source: Sent
    fragments: list[FragmentRecord] = field(default_factory=list)
    value: dict[str, Any] | None = None
    failures: list[Failure] = field(default_factory=list)
    is_done: bool = False
    contents: Sent = field(default_factory=Sent)


@dataclass(slots=True, eq=False)
class FragmentRecord:
    """A deferred fragment at one object.

    Attributes:
        number: Its number in the plan.
        path: The object's path.
        source: The part that contains the object.
        parts: The fields that are delivered with it.
        pending: The announcement to the client; None before it.
        is_over: Whether everything was delivered.
        has_failed: Whether it will never be delivered.
    """

    number: int
    path: Path
    source: Sent
    parts: list[FieldsRecord] = field(default_factory=list)
    pending: Pending | None = None
    is_over: bool = False
    has_failed: bool = False


@dataclass(slots=True, eq=False)
class ListRecord:
    """A streamed list.

    Attributes:
        target: The list.
        part: The slice in which it is.
        next: The index of the first item that was not delivered.
        pending: The announcement to the client; None before it.
    """

    target: FoundItems
    part: Slice
    next: int
    pending: Pending | None = None
