"""Sports events of two providers, as their adapters would tell them, for a demo without any provider.

Names, starts and odds follow from the hour, so that two runs show the same. The two providers write many
names differently, which is what a matcher is for, and one so differently that a person has to decide.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import uuid4

import msgspec

from simulator.event_results import (
    PLACES,
    WITHDRAWN_BEFORE,
    RunnerResult,
    deduction_for,
    is_abandoned,
    match_results,
    number_of,
    race_results,
    withdrawn_from,
)
from simulator.kafka.messages import Leg, Message
from simulator.world import World
from subgraphs.kit.domain.selections import market_id, selection_id

TEAMS: Final = (
    ("Arsenal", "Arsenal FC"),
    ("Brighton & Hove Albion", "Brighton & Hove Albion FC"),
    ("Crystal Palace", "Crystal Palace F.C."),
    ("Everton", "Everton"),
    ("Leeds United", "Leeds United AFC"),
    ("Manchester United", "Manchester United FC"),
    ("Newcastle United", "Newcastle United"),
    ("Tottenham Hotspur", "Tottenham Hotspur FC"),
)
"""Each as the first and as the second provider writes it: a matcher takes these for the same."""

PLAYERS: Final = (
    ("Ada Lund", "Ada Lund"),
    ("Elin Hallberg", "Elin Hallberg"),
    ("Ines Rocha", "Inês Rocha"),
    ("Marta Quesada", "Marta Quesada Vidal"),
    ("Nora Vaszary", "Nora Vaszáry"),
    ("Petra Kovac", "Petra Kovač"),
)
"""As the teams, but for one that has another surname: only a person can say that she is the same."""

COURSES: Final = ("Ascot", "Chepstow", "Kempton", "Musselburgh", "Wetherby", "York")
HORSES: Final = (
    "Captain Pelham",
    "Dunmore Prince",
    "Harbour Bell",
    "Northern Almanac",
    "Old Tom Barley",
    "Penny Marsh",
    "Quiet Lantern",
    "Silver Thicket",
)
PRICES: Final = (
    *(1200, 1250, 1286, 1333, 1364, 1400, 1444, 1500, 1571, 1615, 1667, 1727, 1800, 1833, 1909, 2000, 2100),
    *(2200, 2250, 2375, 2500, 2625, 2750, 2875, 3000, 3250, 3500, 3750, 4000, 4500, 5000, 5500, 6000, 7000),
    *(8000, 9000, 10_000, 11_000, 13_000, 15_000, 17_000, 21_000, 26_000, 34_000),
)
"""The odds that are offered, in thousandths: the steps in which bookmakers in Britain quote."""

BEFORE: Final = timedelta(hours=3)
AHEAD: Final = timedelta(hours=30)
LASTS: Final = timedelta(hours=2)
RACE_LASTS: Final = timedelta(minutes=5)
GOAL_MINUTES: Final = 25
TENNIS_HOURS: Final = 3
MOVES: Final = 8
"""How many markets move each second."""

SUSPENDED_SHARE: Final = 0.03
STATUS_SECONDS: Final = 4
PROVIDERS: Final = ("feed", "exchange")
"""The first one writes names in full; the second one has prices on races, and is preferred by nobody."""

KINDS: Final = {"feed": "sports feed", "exchange": "exchange"}
DRAW: Final = "Draw"
ENDINGS: Final = {"finished": "settled", "cancelled": "cancelled"}
"""The status of the markets of an event that is over."""


@dataclass(frozen=True, slots=True)
class SimulatedEvent:
    """A sports event: its sides or runners, as each provider writes them.

    Attributes:
        sides: By provider; the home side first, or the runners of a race.
    """

    id: str
    sport: str
    competition: str
    starts_at: datetime
    sides: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def is_race(self) -> bool:
        """Return whether its sides are runners."""
        return self.sport == "horse-racing"

    def status(self, now: datetime) -> str:
        """Return how far it is."""
        if now < self.starts_at:
            return "scheduled"
        if now < self.starts_at + (RACE_LASTS if self.is_race else LASTS):
            return "live"
        return "cancelled" if not self.is_race and is_abandoned(self.id) else "finished"

    def score(self, now: datetime) -> str | None:
        """Return the score of a match that has begun."""
        if self.is_race or now < self.starts_at:
            return None
        goals = int((min(now, self.starts_at + LASTS) - self.starts_at).total_seconds() // 60) // GOAL_MINUTES
        home = sum(number_of(f"{self.id}:{goal}") % 2 for goal in range(goals))
        return f"{home}:{goals - home}"

    def selections(self, provider: int) -> tuple[str, ...]:
        """Return what can be bet on."""
        sides = self.sides[provider]
        return (sides[0], DRAW, sides[1]) if self.sport == "football" else sides

    def results(self, selections: int, now: datetime) -> Sequence[RunnerResult]:
        """Return what is known of the results of its selections."""
        if self.status(now) == "finished":
            return (race_results if self.is_race else match_results)(self.id, selections)
        is_known = self.is_race and now >= self.starts_at - WITHDRAWN_BEFORE
        withdrawn = withdrawn_from(self.id, selections) if is_known else None
        places = range(1, selections + 1)
        return [RunnerResult("removed" if place == withdrawn else "active") for place in places]


@dataclass(slots=True)
class EventSource:
    """What both adapters tell, moment after moment: at first everything, then what has changed.

    Attributes:
        told: By topic and key, what was said last, without its revision and time.
        odds: By market and selection, in thousandths.
    """

    told: dict[tuple[str, str], Any] = field(default_factory=dict)
    odds: dict[tuple[str, str], int] = field(default_factory=dict)
    _machine: Callable[[], datetime] | None = None
    _revision: int = 0
    _first: int = 0
    _status_at: datetime | None = None
    _still_in: datetime | None = None

    def by_machine(self, now: Callable[[], datetime]) -> None:
        """Let the adapters say by the machine's clock when they were well, as real ones do in a rehearsal."""
        self._machine = now

    def __call__(self, world: World, random: Random, now: datetime) -> Iterator[Message]:
        """Yield the messages of a moment, in which prices move."""
        del world
        self._still_in = None
        yield from self._told_at(now, random)

    def still(self, world: World, random: Random, now: datetime) -> Iterator[Message]:
        """Yield the messages of a moment in which no price moves: events begin and end at full minutes."""
        del world, random
        minute = now.replace(second=0, microsecond=0)
        yield from self._told_at(now, None, is_same=minute == self._still_in)
        self._still_in = minute

    def picks(self, random: Random, number: int) -> tuple[Leg, ...]:
        """Return selections of so many markets that take bets now, at their odds; none if there are fewer."""
        provider = PROVIDERS[0]
        markets = [
            body
            for (kind, key), body in self.told.items()
            if kind == "market" and key.startswith(provider) and body["status"] == "open"
        ]
        if len(markets) < number:
            return ()
        return tuple(_picked(provider, market, random) for market in random.sample(markets, number))

    def _told_at(self, now: datetime, random: Random | None, *, is_same: bool = False) -> Iterator[Message]:
        machine_now = now if self._machine is None else self._machine()
        self._revision = max(self._revision + 1, int(machine_now.timestamp() * 1000))
        self._first = self._first or self._revision
        events = () if is_same else tuple(_events(now))
        moving = () if random is None else random.sample(events, MOVES)
        for event in events:
            for number, provider in enumerate(PROVIDERS):
                body = _fixture(event, number, now)
                yield from self._changed("fixture", provider, event.id, body, now)
                market = self._market(event, number, random if event in moving else None, now)
                yield from self._changed("market", provider, f"m-{event.id}", market, now)
        if self._status_at is None or (machine_now - self._status_at).total_seconds() >= STATUS_SECONDS:
            self._status_at = machine_now
            for provider in PROVIDERS:
                yield _message("status", provider, self._status(provider, machine_now))

    def _changed(
        self, kind: str, provider: str, item: str, body: dict[str, Any], now: datetime
    ) -> Iterator[Message]:
        key = f"{provider}:{item}"
        if self.told.get((kind, key)) == body:
            return
        self.told[kind, key] = body
        common = {"provider": provider, "revision": self._revision, "occurred_at": _instant(now)}
        yield _message(kind, key, {**common, **body})

    def _market(
        self, event: SimulatedEvent, number: int, random: Random | None, now: datetime
    ) -> dict[str, Any]:
        status, names = event.status(now), event.selections(number)
        runners = []
        for place, (name, result) in enumerate(zip(names, event.results(len(names), now), strict=True), 1):
            key, opening = (f"{PROVIDERS[number]}:{event.id}", name), _opening(event, place, len(names))
            odds = self.odds.setdefault(key, opening)
            is_priced = result.status == "active" and status not in ENDINGS
            if random is not None and is_priced:
                odds = self.odds[key] = _moved(odds, random)
            runner: dict[str, Any] = {"selection_id": str(place), "name": name, "status": result.status}
            if result.dead_heat_milli is not None:
                runner["dead_heat_milli"] = result.dead_heat_milli
            if result.status == "removed":
                runner["deduction_milli"] = deduction_for(opening)
            prices = [{"odds_milli": odds}] if is_priced else []
            runners.append({**runner, "position": place, "back": prices})
        is_open = random is None or random.random() > SUSPENDED_SHARE
        terms = {"places": PLACES, "numerator": 1, "denominator": 5} if event.is_race else None
        return {
            "market_id": f"m-{event.id}",
            "sports_event_id": event.id,
            "kind": {"football": "MATCH_RESULT", "tennis": "MATCH_WINNER"}.get(event.sport, "WIN"),
            "place_terms": terms,
            "status": ENDINGS.get(status, "open" if is_open else "suspended"),
            "in_play": status == "live",
            "currency": "GBP",
            "runners": runners,
        }

    def _status(self, provider: str, now: datetime) -> dict[str, Any]:
        return {
            "provider": provider,
            "kind": KINDS[provider],
            "complete": True,
            "incomplete_since": None,
            "reason": "",
            "first_revision": self._first,
            "capabilities": ["fixtures", "live odds", "pre-match odds", "results"],
            "delay_ms": 0,
            "occurred_at": _instant(now),
        }


def _events(now: datetime) -> Iterator[SimulatedEvent]:
    """Yield the events around an instant: a match each hour, two races, and tennis each three hours."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    for ahead in range(-int(BEFORE / timedelta(hours=1)), int(AHEAD / timedelta(hours=1))):
        at = hour + timedelta(hours=ahead)
        name = f"{at:%Y%m%d%H}"
        home, away = _two(name, len(TEAMS))
        teams = ((TEAMS[home][0], TEAMS[away][0]), (TEAMS[home][1], TEAMS[away][1]))
        yield SimulatedEvent(f"football-{name}", "football", "Premier League", at, teams)
        if at.hour % TENNIS_HOURS == 0:
            first, second = _drawn(at)
            players = ((PLAYERS[first][0], PLAYERS[second][0]), (PLAYERS[first][1], PLAYERS[second][1]))
            yield SimulatedEvent(f"tennis-{name}", "tennis", "Harbour Open", at, players)
        for minute in (10, 40):
            start, first = at + timedelta(minutes=minute), number_of(f"{name}{minute}")
            horses = tuple(HORSES[(first + place) % len(HORSES)] for place in range(6))
            course = COURSES[first % len(COURSES)]
            yield SimulatedEvent(f"race-{start:%Y%m%d%H%M}", "horse-racing", course, start, (horses, horses))


def _fixture(event: SimulatedEvent, number: int, now: datetime) -> dict[str, Any]:
    sides = event.sides[number]
    roles = (None,) * len(sides) if event.is_race else ("home", "away")
    known = event.starts_at - timedelta(days=3 - number)
    return {
        "sports_event_id": event.id,
        "sport": event.sport,
        "competition": event.competition,
        "name": f"{event.starts_at:%H:%M} {event.competition}" if event.is_race else " v ".join(sides),
        "competitors": [{"name": name, "side": side} for name, side in zip(sides, roles, strict=True)],
        "starts_at": _instant(event.starts_at),
        "status": event.status(now),
        "score": event.score(now),
        "known_since": _instant(known),
    }


def _picked(provider: str, market: dict[str, Any], random: Random) -> Leg:
    runner = random.choice([runner for runner in market["runners"] if runner["back"]])
    own_id = selection_id(market_id(provider, market["market_id"]), runner["selection_id"], 0)
    return Leg(own_id, runner["back"][0]["odds_milli"])


def _opening(event: SimulatedEvent, place: int, selections: int) -> int:
    fair = 1000 + (selections - 1) * 900 * (70 + number_of(f"{event.id}:{place}") % 80) // 100
    return min(PRICES, key=lambda price: abs(price - fair))


def _moved(odds: int, random: Random) -> int:
    at = PRICES.index(odds) + random.choice((-1, 1))
    return PRICES[min(max(at, 0), len(PRICES) - 1)]


def _two(name: str, of: int) -> tuple[int, int]:
    first = number_of(name) % of
    return first, (first + 1 + number_of(f"{name} away") % (of - 1)) % of


def _drawn(at: datetime) -> tuple[int, int]:
    """Return who plays at an hour: each meets the next but one as well, so all play equally often."""
    turn, first = divmod(int(at.timestamp()) // (TENNIS_HOURS * 3600), len(PLAYERS))
    return first, (first + 1 + turn % 2) % len(PLAYERS)


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _message(kind: str, key: str, body: dict[str, Any]) -> Message:
    schema = f"provider.{kind}/1"
    value = msgspec.json.encode({"schema": schema, "event_id": str(uuid4()), **body})
    return Message(f"provider.{kind}.v1", key.encode(), value, (("schema", schema.encode()),))
