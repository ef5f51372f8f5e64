"""The message on the global topic: a decision of the back office, as the state that holds from now on."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from consumers.messages.fields import EventId, Instant, require_utc
from consumers.messages.global_events.states import State, kind_of, read_state
from consumers.messages.reader import BrandEnvelope, Reader
from consumers.stream.records import Record
from subgraphs.kit.records.global_state import GlobalOrder, Subject

SCHEMA: Final = "club.global"
_BigOrdinal = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class GlobalEvent(BrandEnvelope, frozen=True, kw_only=True):
    """A decision about one subject. Of two messages about a subject, the one of the greater order is valid.

    Attributes:
        event_id: Identifies the decision, also if it is published again under another number.
        brand_id: `*` if the decision concerns no single brand.
        kind: See `GlobalKind`; others come from a newer version.
        state: What holds from now on, never a difference.
        reason: Why, in the words of the person who decided.
    """

    event_id: EventId
    epoch: _BigOrdinal
    number: _BigOrdinal
    kind: Annotated[str, Meta(pattern=r"\A[a-z][a-z_]{0,31}\Z")]
    subject: Annotated[str, Meta(min_length=1, max_length=150, pattern=r"\A[^\s\x00-\x1f\x7f]+\Z")]
    state: dict[str, Any]
    reason: Annotated[str, Meta(max_length=500)] | None = None
    decided_at: Instant

    def __post_init__(self) -> None:
        """Refuse an instant that is not in UTC."""
        require_utc(decided_at=self.decided_at)

    @property
    def order(self) -> GlobalOrder:
        """Return the message's order."""
        return GlobalOrder(self.epoch, self.number)

    @property
    def key(self) -> str:
        """Return the record's key."""
        return Subject(self.brand_id, self.kind, self.subject).key

    def read_state(self) -> State | None:
        """Return the state; None if this version does not know the kind.

        Raises:
            Poison: It is not a state of its kind.
        """
        kind = kind_of(self.kind)
        return None if kind is None else read_state(kind, self.brand_id, self.subject, self.state)


_READER: Final = Reader(SCHEMA, msgspec.json.Decoder(GlobalEvent), lambda event: event.key)


def decode_global(record: Record) -> GlobalEvent:
    """Return the global message in a record.

    Raises:
        Poison: The record is not one.
    """
    event = _READER.read(record)
    event.read_state()
    return event


def head_of(value: bytes | None) -> Mapping[str, Any]:
    """Return what can be read of a message that cannot be applied: its fields, or nothing."""
    try:
        decoded = msgspec.json.decode(value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}
