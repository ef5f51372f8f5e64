"""`club.served.v1`: how often a process served something in a period."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages.fields import Count, Instant, Ordinal, require_order, require_utc
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record

_Word = Annotated[str, Meta(max_length=64)]


class ServedCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often one thing was served; what does not apply to its kind is empty or 0."""

    jurisdiction: _Word
    currency: _Word
    item: _Word
    config_version: Count
    locale: _Word
    revision: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
    count: Ordinal


class ServedCounts(Body, frozen=True, kw_only=True):
    """What a process served of a brand between two instants.

    Attributes:
        cell: None without cells.
        process: With `sequence` it says which counts these are: who has them already has all of them.
        occurred_at: When the period ended.
    """

    cell: _Word | None = None
    process: Annotated[str, Meta(min_length=1, max_length=64)]
    sequence: Ordinal
    kind: Literal["content_shown", "preview_asked", "live_event"]
    since: Instant
    occurred_at: Instant
    counts: tuple[ServedCount, ...]

    def __post_init__(self) -> None:
        """Refuse instants that are not in UTC or not in order."""
        require_utc(since=self.since, occurred_at=self.occurred_at)
        require_order(since=self.since, occurred_at=self.occurred_at)


_READER: Final = Reader(
    "club.served",
    msgspec.json.Decoder(ServedCounts),
    lambda served: f"{served.brand_id}:{served.process}",
)


def decode_served(record: Record) -> ServedCounts:
    """Return the counts in a record.

    Raises:
        Poison: The record is not a message about what was served.
    """
    return _READER.read(record)
