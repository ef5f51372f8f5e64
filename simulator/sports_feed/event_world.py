"""Events and markets that move, with a journal of what a recovery repeats."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement

LIVE, PRE_MATCH = 1, 3
PRODUCERS: Final[Mapping[int, tuple[str, str]]] = {LIVE: ("LO", "liveodds"), PRE_MATCH: ("Ctrl", "pre")}
"""The name of each producer, and its name in the API."""

KINDS: Final[tuple[tuple[int, str, tuple[str, ...]], ...]] = (
    (1, "", ("1", "2", "3")),
    (18, "total=2.5", ("12", "13")),
    (16, "hcp=-0.5", ("1714", "1715")),
    (29, "", ("74", "76")),
    (45, "", ("274", "276", "278")),
    (207, "setnr=1|gamenr=2|variant=sr:games", ("sr:game:1", "sr:game:2")),
)
"""The markets of an event: number, specifiers and outcomes."""

DESCRIPTIONS: Final[Mapping[int, tuple[str, str, Mapping[str, str]]]] = {
    1: ("1x2", "all|score|regular_play", {"1": "{$competitor1}", "2": "draw", "3": "{$competitor2}"}),
    18: ("Total", "all|score|regular_play", {"12": "over {total}", "13": "under {total}"}),
    16: (
        "Handicap",
        "all|score|regular_play",
        {"1714": "{$competitor1} ({+hcp})", "1715": "{$competitor2} ({-hcp})"},
    ),
    29: ("Both teams to score", "all|score|regular_play", {"74": "yes", "76": "no"}),
    45: ("Correct score", "all|score|regular_play", {"274": "0:0", "276": "1:0", "278": "0:1"}),
    207: ("{!setnr} set game {gamenr} - winner", "all|game", {}),
}
"""The name of each kind of market, its groups, and the names of its outcomes."""

ACTIVE, INACTIVE, SUSPENDED, HANDED_OVER, SETTLED = 1, 0, -1, -2, -3
NOT_STARTED, IN_PLAY, ENDED = 0, 1, 3
PUT_BACK_MS: Final = 1_000
"""By so much at least the clock was put back; by less, too much happens in a millisecond."""


@dataclass(slots=True)
class Market:
    """A market.

    Attributes:
        changed: When its odds last changed, in milliseconds of the feed's clock.
        results: By outcome: the result, the part that is void, and the part that won in a dead heat.
        void: The periods whose bets are void.
    """

    event: str
    number: int
    specifiers: str
    producer: int
    changed: int
    odds: dict[str, float | None]
    status: int = ACTIVE
    results: dict[str, tuple[int, float, float]] | None = None
    void: set[tuple[int | None, int | None]] = field(default_factory=set)

    @property
    def name(self) -> str:
        """What is shown of it: event, number, and specifiers."""
        return f"{self.event}/{self.number}/{self.specifiers}"

    def shown(self) -> dict[str, Any]:
        """Return what a client that has everything knows."""
        return {
            "event": self.event,
            "number": self.number,
            "specifiers": self.specifiers,
            "status": self.status,
            "odds": self.odds,
            "results": self.results,
            "void": sorted(map(list, self.void), key=str),
        }


@dataclass(slots=True)
class Event:
    """An event, with its score as home and away."""

    urn: str
    home: str
    away: str
    starts: datetime
    sport: str = "sr:sport:1"
    status: int = NOT_STARTED
    score: tuple[int, int] = (0, 0)
    changed: int = 0

    def shown(self) -> dict[str, Any]:
        """Return what a client that has everything knows."""
        return {
            "sport": self.sport,
            "competitors": [self.home, self.away],
            "starts": self.starts.isoformat(),
            "status": self.status,
            "score": list(self.score),
        }


@dataclass(frozen=True, slots=True)
class Published:
    """A message: its producer, event and time, and its XML."""

    producer: int
    event: str
    at: int
    element: Element


class EventWorld:
    """All events of a simulated feed; they move when told so, at random but repeatably.

    Attributes:
        journal: The messages about results and the like, which a recovery repeats.
        skew: Returns by how many seconds the feed's clock is ahead.
    """

    def __init__(self, events: int = 3, seed: int = 1, skew: Callable[[], float] = lambda: 0.0) -> None:
        self.events: dict[str, Event] = {}
        self.markets: dict[str, Market] = {}
        self.journal: list[Published] = []
        self._skew, self._last = skew, 0
        self._chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        for _ in range(events):
            self.open_event()

    def now(self) -> int:
        """Return the feed's time in milliseconds; each moment is another one."""
        now = round((time.time() + self._skew()) * 1000)
        is_put_back = self._skew() == 0 and now < self._last - PUT_BACK_MS
        self._last = now if is_put_back else max(self._last + 1, now)
        return self._last

    def open_event(self) -> Published:
        """Let an event come, with odds before it begins."""
        number = 50_000_000 + len(self.events) + 1
        starts = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=len(self.events) + 1)
        event = Event(f"sr:match:{number}", f"Home {number}", f"Away {number}", starts)
        self.events[event.urn] = event
        at = event.changed = self.now()
        for kind, specifiers, outcomes in KINDS:
            odds: dict[str, float | None] = dict.fromkeys(outcomes, 2.5)
            market = Market(event.urn, kind, specifiers, PRE_MATCH, at, odds)
            self.markets[market.name] = market
        return self._odds(event, self.of_event(event.urn), PRE_MATCH, at)

    def of_event(self, urn: str) -> list[Market]:
        """Return the markets of an event."""
        return [market for market in self.markets.values() if market.event == urn]

    def move(self) -> list[Published]:
        """Change something; return the messages that say so."""
        chance = self._chance
        event = chance.choice(list(self.events.values()))
        changes = (
            (70, self._change_odds),
            (8, self._progress),
            (6, self._stop),
            (5, self._settle),
            (3, self._roll_settlement_back),
            (3, self._cancel),
            (3, self._roll_cancellation_back),
            (2, self._move_start),
        )
        (change,) = chance.choices([act for _, act in changes], [weight for weight, _ in changes])
        return change(event)

    def snapshot(self, producer: int, after: int | None) -> Iterator[Published]:
        """Yield what a recovery of a producer repeats.

        Args:
            producer: The producer.
            after: For what happened since then; None for all odds.
        """
        if after is not None:
            yield from (entry for entry in self.journal if entry.producer == producer and entry.at > after)
        for event in self.events.values():
            markets = [
                market
                for market in self.of_event(event.urn)
                if market.producer == producer
                and (market.status != SETTLED if after is None else market.changed > after)
            ]
            if markets or (after is not None and event.changed > after):
                yield self._odds(event, markets, producer, self.now())

    def books(self) -> dict[str, Any]:
        """Return what a client that has everything knows."""
        return {
            "events": {urn: event.shown() for urn, event in self.events.items()},
            "markets": {name: market.shown() for name, market in self.markets.items()},
        }

    def _change_odds(self, event: Event) -> list[Published]:
        chance, at = self._chance, self.now()
        open_markets = [market for market in self.of_event(event.urn) if market.status != SETTLED]
        if not open_markets:
            return [self.open_event()]
        market = chance.choice(open_markets)
        for outcome in market.odds:
            market.odds[outcome] = None if chance.random() < 0.1 else round(chance.uniform(1.01, 30), 2)  # noqa: PLR2004
        market.status = chance.choices((ACTIVE, INACTIVE, SUSPENDED), (8, 1, 1))[0]
        market.changed = at
        return [self._odds(event, [market], market.producer, at)]

    def _progress(self, event: Event) -> list[Published]:
        """Let an event begin, score, and end; the producer of live odds takes it over at its beginning."""
        at, published = self.now(), []
        if event.status == NOT_STARTED:
            event.status, event.changed = IN_PLAY, at
            given = [market for market in self.of_event(event.urn) if market.status != SETTLED]
            taken = self._odds(event, [], PRE_MATCH, at)
            odds = SubElement(taken.element, "odds")
            for market in given:
                SubElement(odds, "market", _named(market) | {"status": str(HANDED_OVER)})
            published.append(taken)
            at = self.now()
            for market in given:
                market.producer, market.changed = LIVE, at
            published.append(self._odds(event, given, LIVE, at))
        elif event.status == IN_PLAY:
            home, away = event.score
            if home + away > 6:  # noqa: PLR2004 - a match with many goals
                event.status = ENDED
            else:
                event.score = (home + 1, away) if self._chance.random() < 0.5 else (home, away + 1)  # noqa: PLR2004
            event.changed = at
            published.append(self._odds(event, [], LIVE, at))
        return published

    def _stop(self, event: Event) -> list[Published]:
        group, at = self._chance.choice(("all", "score|game", "game")), self.now()
        producer = PRE_MATCH if event.status == NOT_STARTED else LIVE
        for market in self.of_event(event.urn):
            groups = {*DESCRIPTIONS[market.number][1].split("|")}
            if market.status == ACTIVE and groups & {*group.split("|")}:
                market.status = SUSPENDED
                market.changed = at
        return [self._published("bet_stop", event, producer, at, groups=group)]

    def _settle(self, event: Event) -> list[Published]:
        open_markets = [market for market in self.of_event(event.urn) if market.status != SETTLED]
        if not open_markets:
            return []
        market, at, chance = self._chance.choice(open_markets), self.now(), self._chance
        void = chance.choice((0.0, 0.0, 0.5, 1.0))
        dead_heat = chance.choice((1.0, 1.0, 0.5))
        market.results = {
            outcome: (int(place == 0), void, dead_heat if place == 0 else 1.0)
            for place, outcome in enumerate(market.odds)
        }
        market.status, market.changed = SETTLED, at
        settlement = self._published("bet_settlement", event, market.producer, at, certainty="2")
        outcomes = SubElement(SubElement(settlement.element, "outcomes"), "market", _named(market))
        for outcome, (result, void_factor, factor) in market.results.items():
            facts = {"id": outcome, "result": str(result)}
            facts |= {"void_factor": f"{void_factor:g}"} if void_factor else {}
            facts |= {"dead_heat_factor": f"{factor:g}"} if factor < 1 else {}
            SubElement(outcomes, "outcome", facts)
        self.journal.append(settlement)
        at = market.changed = self.now()
        return [settlement, self._odds(event, [market], market.producer, at)]

    def _roll_settlement_back(self, event: Event) -> list[Published]:
        settled = [market for market in self.of_event(event.urn) if market.results]
        if not settled:
            return []
        market, at = self._chance.choice(settled), self.now()
        market.results = None
        back = self._published("rollback_bet_settlement", event, market.producer, at)
        SubElement(back.element, "market", _named(market))
        self.journal.append(back)
        at = market.changed = self.now()
        market.status = SUSPENDED
        return [back, self._odds(event, [market], market.producer, at)]

    def _cancel(self, event: Event) -> list[Published]:
        market, at = self._chance.choice(self.of_event(event.urn)), self.now()
        period = self._chance.choice(((None, None), (at - 60_000, at), (None, at)))
        market.void.add(period)
        return [self._of_period("bet_cancel", event, market, period, at)]

    def _roll_cancellation_back(self, event: Event) -> list[Published]:
        cancelled = [market for market in self.of_event(event.urn) if market.void]
        if not cancelled:
            return []
        market = self._chance.choice(cancelled)
        period = self._chance.choice(sorted(market.void, key=str))
        market.void.remove(period)
        return [self._of_period("rollback_bet_cancel", event, market, period, self.now())]

    def _of_period(
        self, kind: str, event: Event, market: Market, period: tuple[int | None, int | None], at: int
    ) -> Published:
        ends = zip(("start_time", "end_time"), period, strict=True)
        given = {name: str(moment) for name, moment in ends if moment is not None}
        published = self._published(kind, event, market.producer, at, **given)
        SubElement(published.element, "market", _named(market))
        self.journal.append(published)
        return published

    def _move_start(self, event: Event) -> list[Published]:
        event.starts += timedelta(minutes=self._chance.choice((-30, 30)))
        starts = str(round(event.starts.timestamp() * 1000))
        producer = PRE_MATCH if event.status == NOT_STARTED else LIVE
        return [
            self._published("fixture_change", event, producer, self.now(), change_type="2", start_time=starts)
        ]

    def _odds(self, event: Event, markets: list[Market], producer: int, at: int) -> Published:
        published = self._published("odds_change", event, producer, at)
        SubElement(
            published.element,
            "sport_event_status",
            status=str(event.status),
            match_status="0",
            home_score=str(event.score[0]),
            away_score=str(event.score[1]),
        )
        if markets:
            odds = SubElement(published.element, "odds")
        for market in markets:
            offered = SubElement(odds, "market", _named(market) | {"status": str(market.status)})
            for outcome, price in market.odds.items():
                facts = {"id": outcome, "active": str(int(price is not None))}
                SubElement(offered, "outcome", facts if price is None else facts | {"odds": f"{price:g}"})
        return published

    def _published(self, kind: str, event: Event, producer: int, at: int, **facts: str) -> Published:
        common = {"product": str(producer), "event_id": event.urn, "timestamp": str(at)}
        element = Element(kind, common | facts)
        return Published(producer, event.urn, at, element)


def _named(market: Market) -> dict[str, str]:
    return {"id": str(market.number)} | ({"specifiers": market.specifiers} if market.specifiers else {})
