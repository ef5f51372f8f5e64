"""How simulated events end: who wins, is placed or withdrawn, and what is never decided.

All of it follows from an event's id, so that a simulator that is started again tells the same.
"""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Final, NamedTuple

PLACES: Final = 3
"""How many runners of a race are placed, the winner among them."""

WITHDRAWN_BEFORE: Final = timedelta(minutes=10)
"""So long before the start of a race it is known who does not run."""

WITHDRAWN_IN: Final = 3
"""In one of so many races somebody is withdrawn."""

SHARED_IN: Final = 8
"""In one of so many races the first place is shared, in another one the last that is paid."""

ABANDONED_IN: Final = 8
"""One of so many matches is abandoned."""

HALF: Final = 500
MAX_DEDUCTION_MILLI: Final = 900
DEDUCTION_STEP: Final = 50


class RunnerResult(NamedTuple):
    """The result of a selection, in the words of providers.

    Attributes:
        dead_heat_milli: The part of the stake that is paid where it shares a place; None if it does not.
    """

    status: str
    dead_heat_milli: int | None = None


def number_of(text: str) -> int:
    """Return a number that follows from a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big")


def withdrawn_from(race: str, runners: int) -> int | None:
    """Return the place in the list of the runner that is withdrawn, from 1; None if all run."""
    chance = number_of(f"{race} withdrawn")
    return None if chance % WITHDRAWN_IN else 1 + chance // WITHDRAWN_IN % runners


def deduction_for(odds_milli: int) -> int:
    """Return what is taken off others' winnings for a runner that had these odds, in thousandths.

    It is about the chance that the runner had, as in the scales that bookmakers use.
    """
    return min(1_000_000 // odds_milli // DEDUCTION_STEP * DEDUCTION_STEP, MAX_DEDUCTION_MILLI)


def is_abandoned(match: str) -> bool:
    """Tell whether a match ends without a result."""
    return number_of(f"abandoned {match}") % ABANDONED_IN == 0


def match_results(match: str, selections: int) -> Sequence[RunnerResult]:
    """Return the results of a match's selections: one has won."""
    winner = number_of(match) % selections
    return [RunnerResult("winner" if place == winner else "loser") for place in range(selections)]


def race_results(race: str, runners: int) -> Sequence[RunnerResult]:
    """Return the results of a race's runners, of whom sometimes two share a place."""
    withdrawn = withdrawn_from(race, runners)
    places = [place for place in range(1, runners + 1) if place != withdrawn]
    places.sort(key=lambda place: number_of(f"{race} {place}"))
    ends = ["winner"] + ["placed"] * (PLACES - 1)
    shared: tuple[int, ...] = ()
    match number_of(f"{race} shared") % SHARED_IN:
        case 0:
            ends[1], shared = "winner", (0, 1)
        case 1:
            ends, shared = [*ends, "placed"], (PLACES - 1, PLACES)
    results = {place: RunnerResult("loser") for place in places}
    for at, (place, status) in enumerate(zip(places, ends, strict=False)):
        results[place] = RunnerResult(status, HALF if at in shared else None)
    return [results.get(place, RunnerResult("removed")) for place in range(1, runners + 1)]
