"""The club week, which begins on Monday at 00:00 in the brand's time zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week of a brand, such as `2026-W13`, and the UTC instant at which it starts."""

    iso: str
    starts_at: datetime


def week_of(time_zone: str, moment: datetime) -> Week:
    """Return the week that an aware instant falls into, in the brand's time zone."""
    zone = ZoneInfo(time_zone)
    day = moment.astimezone(zone).date()
    year, number, weekday = day.isocalendar()
    monday = datetime.combine(day - timedelta(days=weekday - 1), time(), tzinfo=zone)
    return Week(f"{year}-W{number:02}", monday.astimezone(UTC))
