"""The platform's words for the exchange's: sports, kinds of markets, place terms, competitors. Pure."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from providers.exchange.protocol import MarketDefinition
from providers.messages import Competitor, PlaceTerms
from subgraphs.kit.domain.sports import OTHER

SPORTS: Final[Mapping[str, str]] = {
    "1": "football",
    "2": "tennis",
    "3": "golf",
    "4": "cricket",
    "5": "rugby-union",
    "6": "boxing",
    "7": "horse-racing",
    "8": "motor-sport",
    "11": "cycling",
    "1477": "rugby-league",
    "3503": "darts",
    "4339": "greyhounds",
    "6422": "snooker",
    "6423": "american-football",
    "7511": "baseball",
    "7522": "basketball",
    "7524": "ice-hockey",
    "468328": "handball",
    "998917": "volleyball",
    "2593174": "table-tennis",
    "26420387": "mma",
    "27454571": "esports",
}
"""The platform's sports by the exchange's ids of event types."""

RACES: Final = frozenset({"horse-racing", "greyhounds"})
"""The sports whose events are meetings at a course."""

KINDS: Final[Mapping[str, str]] = {
    "ASIAN_HANDICAP": "HANDICAP",
    "BOTH_TEAMS_TO_SCORE": "BOTH_TO_SCORE",
    "CORRECT_SCORE": "CORRECT_SCORE",
    "EACH_WAY": "WIN",
    "PLACE": "PLACE",
    "WIN": "WIN",
}
"""The platform's kinds by the exchange's types; those of `MATCH_ODDS` and `OVER_UNDER_…` follow below.

A market each way is one to win with terms for places: a selection that is placed has not won it."""

DRAWS: Final = frozenset({58_805, 60_443})
"""The exchange's ids of the selection "The Draw"."""

DRAW_NAMES: Final = frozenset({"the draw", "draw"})
MAX_PLACES: Final = 100
MAX_DIVISOR: Final = 100
_TOTALS: Final = re.compile(r"OVER_UNDER_([0-9]{1,3})5")
_VERSUS: Final = re.compile(r"\s+(v|vs|vs\.|@)\s+")


def sport_of(event_type: str) -> str:
    """Return the platform's sport of an event type's id."""
    return SPORTS.get(event_type, OTHER)


def kind_of(market: MarketDefinition, names: Collection[str] = ()) -> tuple[str, int | None]:
    """Return the kind of a market with its line in thousandths; its own type if the platform has no kind.

    Args:
        market: Its definition.
        names: The names of its runners, as far as they are known.
    """
    if market.market_type == "MATCH_ODDS":
        draw = any(runner.id in DRAWS for runner in market.runners)
        draw = draw or any(name.lower() in DRAW_NAMES for name in names)
        return ("MATCH_RESULT" if draw else "MATCH_WINNER"), None
    if totals := _TOTALS.fullmatch(market.market_type):
        return "TOTALS", 1000 * int(totals[1]) + 500
    return KINDS.get(market.market_type, market.market_type), None


def place_terms_of(market: MarketDefinition) -> PlaceTerms | None:
    """Return what the place part of a bet pays, if the market is each way and its terms are whole numbers."""
    divisor, places = market.each_way_divisor, market.number_of_winners
    if market.market_type != "EACH_WAY" or divisor is None or not divisor.is_integer():
        return None
    if not (1 <= divisor <= MAX_DIVISOR and 1 <= places <= MAX_PLACES):
        return None
    return PlaceTerms(places=places, numerator=1, denominator=int(divisor))


def competitors_of(event: str, sport: str) -> tuple[Competitor, ...]:
    """Return who takes part by an event's name, the home side first; none if the name does not say.

    `A v B` and `A vs B` name the home side first, and `A @ B`, as in American sports, the visitors.
    """
    parts = [part.strip() for part in _VERSUS.split(event)]
    if sport in RACES or len(parts) != 3 or not (parts[0] and parts[2]):  # noqa: PLR2004 - two and a word
        return ()
    first, word, second = parts
    home, away = (second, first) if word == "@" else (first, second)
    return Competitor(name=home, side="home"), Competitor(name=away, side="away")
