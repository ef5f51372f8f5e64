"""What a simulated exchange offers: sports events with names, and the markets of each, in turns."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

EVENT_TYPES: Final = {"1": "Soccer", "2": "Tennis", "7": "Horse Racing", "7522": "Basketball"}
COURSES: Final = ("Ascot", "York", "Chepstow", "Wetherby", "Kempton", "Musselburgh")
HORSES: Final = (
    "Harbour Bell",
    "Quiet Lantern",
    "Penny Marsh",
    "Dunmore Prince",
    "Silver Thicket",
    "Old Tom Barley",
    "Northern Almanac",
    "Rue de Lune",
    "Captain Pelham",
    "Winter Orchard",
)
FIELD: Final = 6
TEAMS: Final = (
    ("Norwich", "Ipswich"),
    ("Leeds", "Sheff Wed"),
    ("Derby", "Stoke"),
    ("Millwall", "Bristol City"),
)
PLAYERS: Final = (
    ("Elin Hallberg", "Marta Quesada"),
    ("Tom Ridley", "Jan Kovarik"),
    ("Ada Lund", "Ines Rocha"),
)
CITIES: Final = (("Denver Nuggets", "Utah Jazz"), ("Boston Celtics", "Miami Heat"))
DRAW: Final = 58_805
"""The exchange's id of a draw in football."""


class Selection(NamedTuple):
    """A runner's id, name and handicap."""

    id: int
    name: str
    handicap: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A market as it is announced.

    Attributes:
        competition: Empty for races, which have a venue instead.
        each_way: The divisor of the odds of the place part.
    """

    event_id: str
    event_type: str
    event: str
    competition: str = ""
    venue: str = ""
    market_type: str
    market: str
    winners: int = 1
    each_way: float | None = None
    runners: tuple[Selection, ...]

    def facts(self) -> dict[str, Any]:
        """Return what the stream's definition says of it: no names."""
        facts = {"eventId": self.event_id, "eventTypeId": self.event_type, "marketType": self.market_type}
        venue = {"venue": self.venue} if self.venue else {}
        each_way = {} if self.each_way is None else {"eachWayDivisor": self.each_way}
        return {**facts, "numberOfWinners": self.winners, **venue, **each_way}


def _race(turn: int, kind: str, name: str, winners: int = 1, each_way: float | None = None) -> Offer:
    horses = ((turn * FIELD + place) % len(HORSES) for place in range(FIELD))
    course = COURSES[turn % len(COURSES)]
    return Offer(
        event_id=str(29_000_001 + 10 * turn),
        event_type="7",
        event=f"{course} 28th Nov",
        venue=course,
        market_type=kind,
        market=name,
        winners=winners,
        each_way=each_way,
        runners=tuple(Selection(50_001 + horse, HORSES[horse]) for horse in horses),
    )


def _match(turn: int, kind: str, name: str, words: tuple[str, ...], line: float = 0.0) -> Offer:
    """Return a market of a football match, whose runners are the teams where they have no words."""
    teams, first = TEAMS[turn % len(TEAMS)], 40_001 + 2 * (turn % len(TEAMS))
    runners = [
        Selection(first + at, teams[at], line if at else -line) if not word else Selection(47_970 + at, word)
        for at, word in enumerate(words)
    ]
    drawn = [runner._replace(id=DRAW) if runner.name == "The Draw" else runner for runner in runners]
    return Offer(
        event_id=str(29_000_002 + 10 * turn),
        event_type="1",
        event=" v ".join(teams),
        competition="English Championship",
        market_type=kind,
        market=name,
        runners=tuple(drawn),
    )


def _tennis(turn: int) -> Offer:
    at = turn % len(PLAYERS)
    return Offer(
        event_id=str(29_000_003 + 10 * turn),
        event_type="2",
        event=" v ".join(PLAYERS[at]),
        competition="Eastbourne International",
        market_type="MATCH_ODDS",
        market="Match Odds",
        runners=tuple(Selection(60_001 + 2 * at + side, name) for side, name in enumerate(PLAYERS[at])),
    )


def _basketball(turn: int) -> Offer:
    at = turn % len(CITIES)
    away, home = CITIES[at]
    return Offer(
        event_id=str(29_000_004 + 10 * turn),
        event_type="7522",
        event=f"{away} @ {home}",
        competition="NBA",
        market_type="MATCH_ODDS",
        market="Moneyline",
        runners=(Selection(70_001 + 2 * at, away), Selection(70_002 + 2 * at, home)),
    )


_TURN: Final[tuple[Callable[[int], Offer], ...]] = (
    partial(_race, kind="WIN", name="1m Hcap"),
    partial(_match, kind="MATCH_ODDS", name="Match Odds", words=("", "", "The Draw")),
    partial(_race, kind="PLACE", name="To Be Placed", winners=3),
    _tennis,
    partial(_race, kind="EACH_WAY", name="Each Way", winners=3, each_way=5.0),
    partial(
        _match, kind="OVER_UNDER_25", name="Over/Under 2.5 Goals", words=("Under 2.5 Goals", "Over 2.5 Goals")
    ),
    partial(_match, kind="ASIAN_HANDICAP", name="Asian Handicap", words=("", ""), line=0.5),
    _basketball,
)
"""Eight markets of four sports events."""


def offer(number: int) -> Offer:
    """Return the offer of a number from 1: eight are of four sports events, the next eight of others."""
    turn, at = divmod(number - 1, len(_TURN))
    return _TURN[at](turn)
