"""The week message: a week has opened, under a version of a scheme."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from consumers.messages.fields import Currency, Instant, IsoWeek, Jurisdiction, Ordinal, require_utc
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record
from subgraphs.kit.records.week_definitions import WeekDefinition


class WeekOpened(Body, frozen=True, kw_only=True):
    """What defines a week for customers of one jurisdiction and currency."""

    iso_week: IsoWeek
    jurisdiction: Jurisdiction
    currency: Currency
    scheme_version: Ordinal
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)]
    starts_at: Instant
    ends_at: Instant
    locks_at: Instant
    grace_until: Instant
    opened_at: Instant

    def __post_init__(self) -> None:
        """Refuse instants that are not in UTC or not in order."""
        require_utc(starts_at=self.starts_at, ends_at=self.ends_at, locks_at=self.locks_at)
        require_utc(grace_until=self.grace_until, opened_at=self.opened_at)
        if not self.starts_at < self.ends_at <= self.grace_until:
            raise ValueError("the week must start before it ends, and its grace must not end before it")

    def definition(self) -> WeekDefinition:
        """Return the definition of the week."""
        return WeekDefinition(**self.row())


_WEEKS: Final = Reader(
    "club.week",
    msgspec.json.Decoder(WeekOpened),
    lambda week: f"{week.brand_id}:{week.iso_week}:{week.jurisdiction}:{week.currency}",
)


def decode_week(record: Record) -> WeekOpened:
    """Return the week in a record.

    Raises:
        Poison: The record is not a week message.
    """
    return _WEEKS.read(record)
