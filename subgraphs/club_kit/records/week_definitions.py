"""Week definitions: stored when a week opens, published to every subgraph, never changed afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from subgraphs.club_kit.domain.schemes import Brand, Scheme
from subgraphs.club_kit.domain.weeks import Calendar, Week
from subgraphs.club_kit.topics import WEEK_TOPIC
from subgraphs.kit.domain.instants import utc_text
from subgraphs.kit.records.outbox import Fact

WEEK_SCHEMA: Final = "club.week/1"


class WeekDefinition(msgspec.Struct, frozen=True):
    """What defines a week of a brand for customers of one jurisdiction and currency.

    Attributes:
        iso_week: Such as `2026-W13`.
        scheme_version: The version of the scheme that applies to the week.
        time_zone: Of the brand when the week opened.
        starts_at, ends_at: The week, half open, in UTC.
        locks_at: When the choice of a reward is locked.
        grace_until: Until when late messages about bets of the week are applied.
        opened_at: When the week was opened. Of two definitions of one week the one opened first counts.
    """

    brand_id: str
    iso_week: str
    jurisdiction: str
    currency: str
    scheme_version: int
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    locks_at: datetime
    grace_until: datetime
    opened_at: datetime

    @classmethod
    def of(cls, brand: Brand, week: Week, scheme: Scheme, opened_at: datetime) -> "WeekDefinition":
        """Return the definition of a week that opens with a scheme."""
        return cls(
            brand_id=brand.id,
            iso_week=week.iso,
            jurisdiction=scheme.jurisdiction,
            currency=scheme.currency,
            scheme_version=scheme.version,
            time_zone=brand.time_zone,
            starts_at=week.starts_at,
            ends_at=week.ends_at,
            locks_at=scheme.locks_at(week),
            grace_until=scheme.grace_until(week),
            opened_at=opened_at,
        )

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return brand, week, jurisdiction and currency."""
        return (self.brand_id, self.iso_week, self.jurisdiction, self.currency)

    @property
    def week(self) -> Week:
        """Return the week with the boundaries that it opened with."""
        return Week(self.iso_week, self.starts_at, self.ends_at)

    def row(self) -> dict[str, Any]:
        """Return the columns of the `week_definition` table."""
        return msgspec.structs.asdict(self)

    def fact(self) -> Fact:
        """Return the message to the other subgraphs."""
        instants = ("starts_at", "ends_at", "locks_at", "grace_until", "opened_at")
        body = self.row() | {name: utc_text(getattr(self, name)) for name in instants}
        return Fact(WEEK_TOPIC, WEEK_SCHEMA, ":".join(self.key), utc_text(self.opened_at), body)


@dataclass(frozen=True, slots=True)
class OpenedWeeks:
    """The definitions of one brand's weeks; a missing week is not known to have opened."""

    _versions: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    _weeks: Mapping[str, Week] = field(default_factory=dict)

    @classmethod
    def of(cls, definitions: Iterable[WeekDefinition]) -> "OpenedWeeks":
        """Gather the definitions of a brand."""
        ordered = sorted(definitions, key=lambda definition: (definition.starts_at, definition.opened_at))
        weeks: dict[str, Week] = {}
        for definition in ordered:
            weeks.setdefault(definition.iso_week, definition.week)
        return cls({definition.key[1:]: definition.scheme_version for definition in ordered}, weeks)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the weeks."""
        return frozenset(self._weeks)

    def version(self, iso_week: str, jurisdiction: str, currency: str) -> int | None:
        """Return the scheme version that a week opened with; None if it has not opened."""
        return self._versions.get((iso_week, jurisdiction, currency))

    def calendar(self, zone: str) -> Calendar:
        """Return the weeks of a zone; opened ones keep their boundaries."""
        return Calendar(zone, self._weeks)
