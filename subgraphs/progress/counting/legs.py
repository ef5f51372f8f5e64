"""The legs of bets, and whether they are on sports events that a scheme counts: pure functions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import prod
from typing import Final, NamedTuple, TypeAlias

import msgspec

from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.kit.domain.selections import market_of

MAX_LEGS: Final = 30
_ONE: Final = 1000
"""Odds at which a bet only returns its stake, in thousandths."""


class Leg(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A part of a bet that stands for one selection.

    Attributes:
        selection_id: The platform's own id, without a brand.
        odds_milli: Decimal odds times 1000; None until the starting price is known.
        sport: The sport, if the bet's message says it.
        competition: The competition, if the message says it.
        sports_event_id: The sports event, if the message says it.
    """

    selection_id: str
    odds_milli: int | None
    sport: str | None = None
    competition: str | None = None
    sports_event_id: str | None = None

    @property
    def told_event(self) -> "KnownEvent | None":
        """Return the event as the bet's message names it; None if it says nothing about it."""
        told = (self.sport, self.competition, self.sports_event_id)
        if told == (None, None, None):
            return None
        return KnownEvent(*(() if name is None else (name,) for name in told))


class KnownEvent(msgspec.Struct, frozen=True, gc=False):
    """By what a scheme may name a sports event: each of several providers may have names of its own."""

    sports: tuple[str, ...]
    competitions: tuple[str, ...]
    events: tuple[str, ...]

    def is_in(self, scope: EventScope) -> bool:
        """Return whether a scope names the event, its competition or its sport."""
        return (
            _meet(self.events, scope.events)
            or _meet(self.competitions, scope.competitions)
            or _meet(self.sports, scope.sports)
        )


KnownEvents: TypeAlias = Mapping[str, KnownEvent]
"""Events by the ids of their markets."""

NO_EVENTS: Final[KnownEvents] = {}


class JudgedLegs(NamedTuple):
    """The legs of a bet by what a scope says of them.

    Attributes:
        qualifying: The legs that are on what counts.
        pending: The legs whose event is not known yet.
        excluded: The number of the others.
        need_all: Whether every leg must qualify.
    """

    qualifying: Sequence[Leg]
    pending: Sequence[Leg]
    excluded: int
    need_all: bool

    @property
    def qualify(self) -> bool | None:
        """Return whether enough of them qualify; None if that depends on a leg that is pending."""
        if self.need_all and (self.excluded or not (self.qualifying or self.pending)):
            return False
        if self.qualifying and not (self.need_all and self.pending):
            return True
        return None if self.pending else False

    def reach(self, least_milli: int) -> bool | None:
        """Return whether the odds of the qualifying legs together reach a minimum.

        None if that depends on a price that is not known yet, or on a leg that is pending.
        """
        if _reach((leg.odds_milli or _ONE for leg in self.qualifying), least_milli):
            return True  # further legs only make them longer
        possible = [leg.odds_milli for leg in (*self.qualifying, *self.pending)]
        prices = [price for price in possible if price is not None]
        return False if len(prices) == len(possible) and not _reach(prices, least_milli) else None


def judged_legs(legs: str | None, scope: EventScope, events: KnownEvents) -> JudgedLegs:
    """Return the legs of a bet by what a scope says of them.

    Args:
        legs: As `encode_legs` has written them; None for a bet without legs, of which none qualifies.
        scope: What counts.
        events: The events that are known.
    """
    qualifying, pending, excluded = list[Leg](), list[Leg](), 0
    for leg in decode_legs(legs):
        event = leg.told_event or events.get(market_of(leg.selection_id))
        if event is None:
            pending.append(leg)
        elif event.is_in(scope):
            qualifying.append(leg)
        else:
            excluded += 1
    return JudgedLegs(qualifying, pending, excluded, scope.legs == "all")


def untold_markets(legs: str) -> set[str]:
    """Return the markets of those legs whose event the bet's message does not name."""
    return {market_of(leg.selection_id) for leg in decode_legs(legs) if leg.told_event is None}


def combined_odds(prices: Collection[int]) -> int:
    """Return the odds of legs together, rounded down, in thousandths as theirs are."""
    unit: int = _ONE ** (len(prices) - 1)
    return prod(prices) // unit


def encode_legs(legs: Iterable[Leg]) -> str:
    """Return legs as one text, which costs little to keep: most bets are never judged by their legs."""
    return msgspec.json.encode(list(legs)).decode()


_DECODE: Final = msgspec.json.Decoder(tuple[Leg, ...]).decode


def decode_legs(legs: str | None) -> tuple[Leg, ...]:
    """Return the legs in a text; none for None."""
    return () if legs is None else _DECODE(legs)


def _meet(names: Iterable[str], wanted: Collection[str]) -> bool:
    return any(name in wanted for name in names)


def _reach(prices: Iterable[int], least_milli: int) -> bool:
    """Return whether the product of odds is at least a minimum, without rounding."""
    factors = list(prices)
    unit: int = _ONE ** len(factors)
    return prod(factors) * _ONE >= least_milli * unit
