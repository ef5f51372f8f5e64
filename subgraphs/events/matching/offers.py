"""An event as a provider offers it, and what is special about its sport."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, NamedTuple

from subgraphs.events.matching.names import has_word, is_placeholder


class OfferKey(NamedTuple):
    """Names an offer: its provider, and the provider's id of the event."""

    provider: str
    id: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An event as a provider offers it.

    Attributes:
        known_since: In UTC, with its time zone: when the platform first knew the offer. Of two that became
            known at the same time, the one with the lower key counts as the earlier.
        sport: The platform's id of the sport.
        competition: The provider's name of it, or of the course of a race; empty if it gives none.
        participants: The provider's names, the home side first; none if it names none.
        starts_at: In UTC, with its time zone.
    """

    key: OfferKey
    known_since: datetime
    sport: str
    competition: str
    participants: tuple[str, ...]
    starts_at: datetime

    @property
    def is_named(self) -> bool:
        """Whether its names tell it apart; without them only a person can say which event it is of.

        The runners of a race do not count. A placeholder such as "TBD" is no name.
        """
        if not has_word(self.competition):
            return False
        if rules_of(self.sport).is_race:
            return True
        return bool(self.participants) and not any(map(is_placeholder, self.participants))


AGE: Final = attrgetter("known_since", "key")
"""Sorts offers by when they became known."""


@dataclass(frozen=True, slots=True)
class SportRules:
    """What is special about a sport.

    Attributes:
        has_home_side: Whether A against B is another event than B against A.
        has_clubs: Whether clubs take part, which have several teams: Women, U21, II. Else all words of a name
            are a name.
        is_race: Whether its course and its start tell an event apart, and not who takes part.
        start_tolerance: How far apart the starts of one event may be at two providers.
    """

    has_home_side: bool = True
    has_clubs: bool = True
    is_race: bool = False
    start_tolerance: timedelta = timedelta(minutes=90)


def _of_persons(start_tolerance: timedelta = SportRules().start_tolerance) -> SportRules:
    """Return the rules of a sport in which single persons take part, and no side is at home."""
    return SportRules(has_home_side=False, has_clubs=False, start_tolerance=start_tolerance)


def _of_races(start_tolerance: timedelta) -> SportRules:
    return SportRules(has_clubs=False, is_race=True, start_tolerance=start_tolerance)


RULES: Final[Mapping[str, SportRules]] = {
    "baseball": SportRules(start_tolerance=timedelta(minutes=60)),
    "boxing": _of_persons(timedelta(hours=4)),
    "cycling": _of_persons(),
    "darts": _of_persons(),
    "esports": SportRules(has_home_side=False, start_tolerance=timedelta(minutes=30)),
    "golf": _of_persons(),
    "greyhounds": _of_races(timedelta(minutes=3)),
    "horse-racing": _of_races(timedelta(minutes=5)),
    "mma": _of_persons(timedelta(hours=4)),
    "motor-sport": _of_persons(),
    "snooker": _of_persons(),
    "table-tennis": _of_persons(timedelta(minutes=15)),
    "tennis": _of_persons(timedelta(hours=3)),
}
"""By the platform's id of the sport; any other sport has a home side and clubs."""
OTHER_SPORT: Final = SportRules()


def rules_of(sport: str) -> SportRules:
    """Return the rules of a sport."""
    return RULES.get(sport, OTHER_SPORT)
