"""Club weeks: ISO weeks in the brand's time zone, half open, in UTC."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from subgraphs.kit.domain.errors import BadInput

_ISO_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
FIRST_YEAR, LAST_YEAR = 2000, 2999
WEEKS_KEPT = 8


class Week(msgspec.Struct, frozen=True, gc=False):
    """An ISO week of a brand, `[starts_at, ends_at)` in UTC.

    Attributes:
        iso: As `2026-W13`.
        starts_at: Monday 00:00 in the brand's zone.
        ends_at: The next Monday 00:00, so 167, 168 or 169 hours later.
    """

    iso: str
    starts_at: datetime
    ends_at: datetime

    @property
    def hours(self) -> int:
        """Return its length: 168, or 167 or 169 when the clocks change."""
        return round((self.ends_at - self.starts_at) / timedelta(hours=1))


def week_at(instant: datetime, zone: str) -> Week:
    """Return the week that contains an instant."""
    return _week_of(instant.astimezone(ZoneInfo(zone)).date(), zone)


@dataclass(slots=True)
class Calendar:
    """The weeks of a time zone, memoized.

    Attributes:
        zone: IANA name.
        opened: Weeks that have opened, by name; they keep the boundaries that they opened with, whatever a
            later edition of the time zone database says.
    """

    zone: str
    opened: Mapping[str, Week] = field(default_factory=dict)
    _latest: list[Week] = field(default_factory=list, compare=False)

    def week_at(self, instant: datetime) -> Week:
        """Return the week that contains an instant."""
        for week in self._latest:
            if week.starts_at <= instant < week.ends_at:
                return week
        named = next(
            (week for week in self.opened.values() if week.starts_at <= instant < week.ends_at), None
        )
        named = named or self._as_opened(week_at(instant, self.zone))
        self._latest = [named, *self._latest[: WEEKS_KEPT - 1]]
        return named

    def week_named(self, iso: str) -> Week:
        """Return the week with a name such as `2026-W13`.

        Raises:
            BadInput: No such week.
        """
        return self._as_opened(week_named(iso, self.zone))

    def week_before(self, week: Week) -> Week:
        """Return the week that ends where this one starts."""
        return self.week_at(week.starts_at - timedelta(hours=1))

    def week_after(self, week: Week) -> Week:
        """Return the week that starts where this one ends."""
        return self.week_at(week.ends_at)

    def _as_opened(self, week: Week) -> Week:
        return self.opened.get(week.iso, week)


def week_named(iso: str, zone: str) -> Week:
    """Return the week with a name such as `2026-W13`.

    Raises:
        BadInput: No such week.
    """
    match = _ISO_WEEK.fullmatch(iso)
    if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise BadInput(f"no such week: {iso[:32]!r}; write it as 2026-W13")
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError as error:
        raise BadInput(f"the year {match[1]} has no week {match[2]}") from error
    return _week_of(monday, zone)


def _week_of(day: date, zone: str) -> Week:
    year, number, weekday = day.isocalendar()
    monday = day - timedelta(days=weekday - 1)
    return Week(f"{year}-W{number:02}", _midnight(monday, zone), _midnight(monday + timedelta(days=7), zone))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
