"""The scheduled events of a brand's weeks: the choice locks, the week ends, its grace ends."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from subgraphs.kit.domain.weeks import Week
from subgraphs.progress.counting.rulebook import BrandRulebook
from subgraphs.progress.weeks.lifecycle import WeekLifecycle, schemes_in_force


class WeekEvent(Enum):
    """The events of a week that depend on the clock alone."""

    LOCK = "lock"
    WEEK_END = "week-end"
    GRACE_END = "grace-end"


class ScheduledEvent(NamedTuple):
    """An event of a week and its instant, which may differ between jurisdictions."""

    at: datetime
    event: WeekEvent
    brand: str
    iso_week: str


async def upcoming_events(
    lifecycle: WeekLifecycle, now: datetime, brand: str | None = None
) -> list[ScheduledEvent]:
    """Return the upcoming events of the current and the previous week, of one brand or all, by time."""
    wanted = [name for name in await lifecycle.brands() if brand in {None, name}]
    async with lifecycle.database.read() as connection:
        rulebook = await lifecycle.ledger.rulebooks.read(connection, wanted)
    events = {
        event for rules in rulebook.brands.values() for event in _of_brand(rules, now) if event.at > now
    }
    return sorted(events, key=lambda one: (one.at, one.brand, one.event.value))


def _of_brand(rules: BrandRulebook, now: datetime) -> Iterator[ScheduledEvent]:
    present = rules.calendar.week_at(now)
    return _of_weeks(rules, (rules.calendar.week_before(present), present))


def _of_weeks(rules: BrandRulebook, weeks: Iterable[Week]) -> Iterator[ScheduledEvent]:
    for week in weeks:
        for scheme in schemes_in_force(rules, week).values():
            for at, event in (
                (scheme.locks_at(week), WeekEvent.LOCK),
                (week.ends_at, WeekEvent.WEEK_END),
                (scheme.grace_until(week), WeekEvent.GRACE_END),
            ):
                yield ScheduledEvent(at, event, rules.brand.id, week.iso)
