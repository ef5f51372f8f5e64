"""How made bets of the demo's history stood: on what they were, and what they returned."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor, isqrt
from typing import Any, Final

from subgraphs.kit.topics import BET_STATE_TOPIC

Message = tuple[str, datetime, dict[str, Any]]
"""Topic, time of production, and body."""

MARGIN: Final = 0.07
"""What the bookmaker keeps of a hundred, over many bets."""

ANTE_POST: Final = 0.02
"""The share of bets on what is decided weeks later."""

RUNNERS: Final = ("Night Ferry", "Second Wind", "Copper Lane", "Fair Isle", "Long Acre", "Slow Burn")
COURSES: Final = ("Elmstead", "Harrow Down", "Kingsmere", "Lowick", "Penrose")
_FAR: Final = timedelta(days=80)
_RACE: Final = timedelta(minutes=6)


def states_of(progress: Mapping[str, Any], placed_at: datetime) -> Iterator[Message]:
    """Yield how a made bet stood, from when it was made.

    Args:
        progress: What the club was told of it.
        placed_at: When it was placed.
    """
    chance = random.Random(str(progress["bet_id"]))  # noqa: S311 - made history, not a secret
    is_double, is_betting = progress["bet_type"] == "multiple", progress["product"] == "betting"
    odds = isqrt(progress["odds_milli"] * 1000) if is_double else progress["odds_milli"]
    has_won = chance.random() < (1 - MARGIN) * 1000 / progress["odds_milli"]
    starts_at = _start(placed_at, is_far=is_betting and chance.random() < ANTE_POST)
    starts = [starts_at, starts_at + timedelta(hours=1)] if is_double else [starts_at]
    legs = [_leg(at, odds, chance, has_won=has_won) for at in starts] if is_betting else []
    own = _own(progress, placed_at, floor(progress["stake_minor"] * Fraction(odds, 1000) ** len(starts)))
    end = _end(own, is_void=progress["status"] == "void", has_won=has_won)
    made_at, over_at = placed_at + timedelta(milliseconds=300), starts[-1] + _RACE
    begin = {"bet_revision": 1, "status": "OPEN", "returns_minor": None}
    for at, state in ((made_at, begin), (over_at, end)):
        result = None if state is begin else state["status"]
        told = {"occurred_at": _text(at), "legs": [leg | {"result": result} for leg in legs]}
        yield BET_STATE_TOPIC, at, own | state | told


def _own(progress: Mapping[str, Any], placed_at: datetime, back: int) -> dict[str, Any]:
    """Return what a bet is in all of its revisions, by what its stake comes back as."""
    names = ("customer_id", "bet_id", "stake_minor", "currency", "stake_source", "product")
    stake = progress["stake_minor"]
    return {name: progress[name] for name in names} | {
        "each_way": False,
        "counting_stake_minor": stake,
        "potential_returns_minor": back - stake if progress["stake_source"] == "free_bet" else back,
        "placed_at": _text(placed_at),
    }


def _end(own: Mapping[str, Any], *, is_void: bool, has_won: bool) -> dict[str, Any]:
    """Return how a bet ends; the stake of a free bet does not come back."""
    if is_void:
        back = 0 if own["stake_source"] == "free_bet" else own["stake_minor"]
        return {"bet_revision": 2, "status": "VOID", "counting_stake_minor": 0, "returns_minor": back}
    returns = own["potential_returns_minor"] if has_won else 0
    return {"bet_revision": 2, "status": "WON" if has_won else "LOST", "returns_minor": returns}


def _start(placed_at: datetime, *, is_far: bool) -> datetime:
    """Return when the race starts: at the next full hour but one, or weeks later."""
    hour = placed_at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    return hour + _FAR if is_far else hour


def _leg(starts_at: datetime, odds: int, chance: random.Random, *, has_won: bool) -> dict[str, Any]:
    """Return a leg on the race of an hour, whose winner is the same for all."""
    event = f"past-{starts_at:%Y%m%d%H}"
    race = random.Random(event)  # noqa: S311 - the same
    course, winner = race.choice(COURSES), race.choice(RUNNERS)
    pick = winner if has_won else chance.choice([runner for runner in RUNNERS if runner != winner])
    return {
        "selection_id": f"{event}-{RUNNERS.index(pick)}",
        "market_id": f"{event}w",
        "sports_event_id": event,
        "sport": "horse-racing",
        "event": f"{starts_at:%H:%M} {course}",
        "market": "Win",
        "pick": pick,
        "odds_milli": odds,
        "starts_at": _text(starts_at),
    }


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
