"""An event as a provider offers it, and what is special about its sport."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple


class OfferKey(NamedTuple):
    """Names an offer: its provider, and the provider's id of the event."""

    provider: str
    id: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An event as a provider offers it.

    Attributes:
        seen: Rises with every offer that becomes known: of two, the lower one was there first.
        sport: The platform's id of the sport.
        competition: The provider's name of it, or of the course of a race; empty if it gives none.
        participants: The provider's names, the home side first; none if it names none.
        starts_at: In UTC.
    """

    key: OfferKey
    seen: int
    sport: str
    competition: str
    participants: tuple[str, ...]
    starts_at: datetime

    @property
    def is_named(self) -> bool:
        """Whether its names tell it apart; without them only a person can say which event it is of."""
        names = () if rules_of(self.sport).is_race else self.participants or ("",)
        return all(name.strip() for name in (self.competition, *names))


@dataclass(frozen=True, slots=True)
class SportRules:
    """What is special about a sport.

    Attributes:
        has_home_side: Whether A against B is another event than B against A.
        is_race: Whether its course and its start tell an event apart, and not who takes part.
        start_tolerance: How far apart the starts of one event may be at two providers.
    """

    has_home_side: bool = True
    is_race: bool = False
    start_tolerance: timedelta = timedelta(minutes=90)


RULES: Final[Mapping[str, SportRules]] = {
    "baseball": SportRules(start_tolerance=timedelta(minutes=60)),
    "boxing": SportRules(has_home_side=False, start_tolerance=timedelta(hours=4)),
    "darts": SportRules(has_home_side=False),
    "esports": SportRules(has_home_side=False, start_tolerance=timedelta(minutes=30)),
    "greyhounds": SportRules(is_race=True, start_tolerance=timedelta(minutes=3)),
    "horse-racing": SportRules(is_race=True, start_tolerance=timedelta(minutes=5)),
    "mma": SportRules(has_home_side=False, start_tolerance=timedelta(hours=4)),
    "snooker": SportRules(has_home_side=False),
    "table-tennis": SportRules(has_home_side=False, start_tolerance=timedelta(minutes=15)),
    "tennis": SportRules(has_home_side=False, start_tolerance=timedelta(hours=3)),
}
"""By the platform's id of the sport; any other sport has a home side."""
OTHER_SPORT: Final = SportRules()


def rules_of(sport: str) -> SportRules:
    """Return the rules of a sport."""
    return RULES.get(sport, OTHER_SPORT)
