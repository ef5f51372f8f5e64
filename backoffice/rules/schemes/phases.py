"""When each version of a scheme applies: from which week on, and whether it holds in the open week."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from subgraphs.kit.domain.schemes import Scheme, scheme_of_week
from subgraphs.kit.domain.weeks import Calendar, Week


class SchemePhase(Enum):
    """Whether a version holds in the open week."""

    EARLIER = "earlier"
    IN_FORCE = "in_force"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class DatedVersion:
    """A version with the first week that it applies to."""

    scheme: Scheme
    first_week: Week
    phase: SchemePhase


def dated_versions(schemes: Sequence[Scheme], zone: str, open_week: Week) -> list[DatedVersion]:
    """Return versions by jurisdiction, currency and version.

    The open week's version is the club's own choice, but that the version it opened with is not looked up.
    """
    ordered = sorted(schemes, key=lambda one: (one.jurisdiction, one.currency, one.version))
    calendar, found = Calendar(zone), []
    for _, group in groupby(ordered, lambda one: (one.jurisdiction, one.currency)):
        versions = list(group)
        held = scheme_of_week(versions, open_week)
        for one in versions:
            week = _first_week(one, calendar, is_oldest=one is versions[0])
            coming = SchemePhase.COMING if week.starts_at > open_week.starts_at else SchemePhase.EARLIER
            found.append(DatedVersion(one, week, SchemePhase.IN_FORCE if one is held else coming))
    return found


def _first_week(one: Scheme, calendar: Calendar, *, is_oldest: bool) -> Week:
    """Return the first week that begins when the version is in effect and issued.

    A club may be set up in mid-week, so the oldest version holds in the week in which it takes effect.
    """
    if is_oldest:
        return calendar.week_at(one.effective_from)
    since = max(one.effective_from, one.issued_at)
    week = calendar.week_at(since)
    return week if week.starts_at == since else calendar.week_after(week)
