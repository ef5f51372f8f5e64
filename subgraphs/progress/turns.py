"""When the weeks of a brand turn: the choice locks, the week ends, its grace is over."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from subgraphs.kit.domain.weeks import Week
from subgraphs.progress.closing import Closing, played
from subgraphs.progress.rulebook import BrandRules


class Turn(Enum):
    """What happens to a week by the clock alone."""

    LOCK = "lock"
    WEEK_END = "week-end"
    GRACE_END = "grace-end"


class TurningPoint(NamedTuple):
    """A turn of a week, and when it is; customers of different jurisdictions may have it at other times."""

    at: datetime
    turn: Turn
    brand: str
    iso_week: str


async def turning_points(closing: Closing, now: datetime, brand: str | None = None) -> list[TurningPoint]:
    """What is still to come of the present week and the one before, of a brand or of all, by time."""
    wanted = [name for name in await closing.brands() if brand in {None, name}]
    async with closing.database.home.read() as connection:
        rules = (await closing.ledger.rulebook.read(connection, wanted)).brands
    points = {point for one in rules.values() for point in _of_brand(one, now) if point.at > now}
    return sorted(points, key=lambda point: (point.at, point.brand, point.turn.value))


def _of_brand(rules: BrandRules, now: datetime) -> Iterator[TurningPoint]:
    present = rules.calendar.week_at(now)
    return _of_weeks(rules, (rules.calendar.week_before(present), present))


def _of_weeks(rules: BrandRules, weeks: Iterable[Week]) -> Iterator[TurningPoint]:
    for week in weeks:
        for scheme in played(rules, week).values():
            for at, turn in (
                (scheme.locks_at(week), Turn.LOCK),
                (week.ends_at, Turn.WEEK_END),
                (scheme.grace_until(week), Turn.GRACE_END),
            ):
                yield TurningPoint(at, turn, rules.brand.id, week.iso)
