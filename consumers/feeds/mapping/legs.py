"""What the legs of a platform's bet are on: all of them say it, or none."""

from collections.abc import Iterable

import msgspec

from consumers.messages.bet_legs import BetLeg
from consumers.messages.fields import PlatformId
from consumers.stream.errors import Poison


class On(msgspec.Struct, frozen=True, kw_only=True):
    """What a leg is on: a selection of ours, or one of the platform's with what its event is called."""

    selection_id: PlatformId
    sport: PlatformId | None = None
    competition: PlatformId | None = None
    sports_event_id: PlatformId | None = None

    def leg(self, odds_milli: int | None) -> BetLeg:
        """Return the leg at its odds; None while they are not known."""
        return BetLeg(
            selection_id=self.selection_id,
            odds_milli=odds_milli,
            sport=self.sport,
            competition=self.competition,
            sports_event_id=self.sports_event_id,
        )


def all_or_none(legs: Iterable[BetLeg | None]) -> tuple[BetLeg, ...]:
    """Return the legs of a bet; none if no leg says what it is on.

    Raises:
        Poison: Some say it and some do not: judged by the others, the bet might count, or not, by mistake.
    """
    given = list(legs)
    named = tuple(leg for leg in given if leg is not None)
    if named and len(named) < len(given):
        missing = next(number for number, leg in enumerate(given) if leg is None)
        raise Poison(f"some legs say what they are on, and leg {missing + 1} does not: name all, or none")
    return named
