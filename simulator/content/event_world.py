"""Sports events that start, score and finish, with odds that move, figures, pictures and results."""

import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

GAMES: Final = ("soccer", "tennis", "hockey")
VIRTUAL_GAMES: Final = ("virtual-football", "cs2", "virtual-tennis")
TEAMS: Final = (
    "Ash",
    "Birch",
    "Cedar",
    "Elm",
    "Fir",
    "Hazel",
    "Larch",
    "Maple",
    "Oak",
    "Pine",
    "Rowan",
    "Yew",
)
TERRITORIES: Final = (("GB", "IE"), (), ("DE",))
MAX_CHANGES: Final = 10_000
START, GOAL, CORNER, FINISH, RETIRE = 0.3, 0.2, 0.4, 0.1, 0.3
"""How probable it is that an event starts, or that something happens in it, each time that it moves."""


@dataclass(slots=True)
class SimulatedEvent:
    """A sports event with its figures and markets.

    Attributes:
        sequence: How often the event changed.
        stats_revision: How often its figures changed.
    """

    id: str
    game: str
    sides: tuple[str, str]
    starts_at: datetime
    territories: Sequence[str]
    markets: list[dict[str, Any]]
    status: str = "scheduled"
    goals: list[int] = field(default_factory=lambda: [0, 0])
    corners: list[int] = field(default_factory=lambda: [0, 0])
    sequence: int = 0
    stats_revision: int = 0

    @property
    def score(self) -> str | None:
        """The score, once it has started."""
        return None if self.status == "scheduled" else f"{self.goals[0]}:{self.goals[1]}"

    def facts(self) -> dict[str, Any]:
        """Return what both APIs say of the event alike."""
        home, away = self.sides
        return {
            "competition": f"The {self.game} league",
            "name": f"{home} v {away}",
            "participants": [{"name": home, "side": "home"}, {"name": away, "side": "away"}],
            "starts_at": _instant(self.starts_at),
            "status": self.status,
            "score": self.score,
        }

    def figures(self) -> list[dict[str, str]]:
        """Return the figures of both sides."""
        rows = (("Goals", self.goals), ("Corners", self.corners))
        return [{"name": name, "home": str(home), "away": str(away)} for name, (home, away) in rows]

    def whole(self) -> dict[str, Any]:
        """Return all of it, as a webhook provider does."""
        return {
            "event": self.id,
            "sequence": self.sequence,
            "fixture": {"game": self.game, **self.facts()},
            "markets": [dict(market) for market in self.markets],
        }


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class EventWorld:
    """All events of simulated providers; they move when told so, at random but repeatably.

    Attributes:
        epoch: Says which world revisions and sequences are of.
        revision: How often anything changed.
        changes: What changed, event by event, for a provider that tells it by webhooks.
    """

    def __init__(self, games: Sequence[str] = GAMES, events: int = 6, seed: int = 1) -> None:
        self.epoch, self.revision = uuid4().hex[:12], 0
        self.events: dict[str, SimulatedEvent] = {}
        self.changes: deque[dict[str, Any]] = deque(maxlen=MAX_CHANGES)
        self._games, self._opened = games, 0
        self._chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        for _ in range(events):
            self.open_event()

    def open_event(self) -> SimulatedEvent:
        """Let there be one more event."""
        self._opened += 1
        number, chance = self._opened, self._chance
        home, away = chance.sample(TEAMS, 2)
        event = SimulatedEvent(
            id=f"ev-{number}",
            game=self._games[number % len(self._games)],
            sides=(home, away),
            starts_at=datetime.now(UTC) - timedelta(minutes=30),
            territories=TERRITORIES[number % len(TERRITORIES)],
            markets=[*_markets(number, (home, away))],
        )
        self.events[event.id] = event
        self.record(event, fixture=True, markets=event.markets)
        return event

    def move(self, times: int = 1) -> None:
        """Let something happen, so many times."""
        for _ in range(times):
            self._move(self._chance.choice(list(self.events.values())))

    def finish(self, event: SimulatedEvent) -> None:
        """Let an event end, with the results of its markets."""
        event.status = "finished"
        home, away = event.goals
        places = {"home": home > away, "draw": home == away, "away": home < away}
        places |= {"over": home + away > 2, "under": home + away <= 2}  # noqa: PLR2004 - the line is 2.5
        for market in event.markets:
            market["status"] = "settled"
            for selection in market["selections"]:
                won = places[selection["id"].partition("-")[0]]
                selection |= {"status": "winner" if won else "loser", "odds_milli": None}
        self.record(event, fixture=True, markets=event.markets)

    def retire(self, event: SimulatedEvent) -> None:
        """Let an event be gone."""
        del self.events[event.id]
        self.revision += 1
        self.changes.append({"event": event.id, "sequence": event.sequence + 1, "gone": True})

    def _move(self, event: SimulatedEvent) -> None:
        chance, luck = self._chance, self._chance.random()
        match event.status:
            case "scheduled" if luck < START:
                event.status = "live"
                event.stats_revision += 1
                for market in event.markets:
                    market["in_play"] = True
                self.record(event, fixture=True, markets=event.markets)
            case "live" if luck < FINISH:
                self.finish(event)
            case "live" if luck < FINISH + GOAL:
                event.goals[chance.randrange(2)] += 1
                event.stats_revision += 1
                self.record(event, fixture=True, markets=[self._move_odds(event)])
            case "live" if luck < FINISH + GOAL + CORNER:
                event.corners[chance.randrange(2)] += 1
                event.stats_revision += 1
                self.record(event, fixture=False, markets=[self._move_odds(event)])
            case "finished" if luck < RETIRE:
                self.retire(event)
                self.open_event()
            case "scheduled" | "live":
                self.record(event, fixture=False, markets=[self._move_odds(event)])

    def _move_odds(self, event: SimulatedEvent) -> dict[str, Any]:
        market = self._chance.choice(event.markets)
        for selection in market["selections"]:
            selection["odds_milli"] = self._chance.randrange(1050, 9000, 50)
        return market

    def record(self, event: SimulatedEvent, *, fixture: bool, markets: Sequence[dict[str, Any]]) -> None:
        """Note that an event changed: what it is, or some of its markets."""
        self.revision += 1
        event.sequence += 1
        whole = event.whole()
        names = {market["id"] for market in markets}
        self.changes.append(
            {
                "event": event.id,
                "sequence": event.sequence,
                "fixture": whole["fixture"] if fixture else None,
                "markets": _copied(market for market in whole["markets"] if market["id"] in names),
            }
        )


def _copied(markets: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    return [market | {"selections": [dict(one) for one in market["selections"]]} for market in markets]


def _markets(number: int, sides: tuple[str, str]) -> Iterator[dict[str, Any]]:
    names = {"home": sides[0], "draw": "Draw", "away": sides[1], "over": "Over 2.5", "under": "Under 2.5"}
    for kind, line, places in (("1x2", None, ("home", "draw", "away")), ("total", 2500, ("over", "under"))):
        yield {
            "id": f"mk-{number}-{kind}",
            "kind": kind,
            "line_milli": line,
            "status": "open",
            "in_play": False,
            "winners": 1,
            "selections": [
                {"id": f"{place}-{number}", "name": names[place], "odds_milli": 2000, "status": "active"}
                for place in places
            ],
        }
