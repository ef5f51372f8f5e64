"""The books of the feed: events, and their markets with odds, stops, results and cancellations. Pure.

A message says as of when it was generated. What is newer counts, for each part by itself, so that messages
that come twice, late, or with a recovery leave the books as they have to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from providers.sports_feed.identity import canonical, market_id
from providers.sports_feed.protocol import (
    ACTIVE,
    HANDED_OVER,
    INACTIVE,
    SUSPENDED,
    BetCancel,
    BetSettlement,
    BetStop,
    EventMessage,
    EventStatus,
    FixtureChange,
    MarketName,
    MarketOdds,
    MarketResult,
    OddsChange,
    OutcomeResult,
    RollbackBetCancel,
    RollbackBetSettlement,
)

ALL_GROUPS = "all"


class OutcomeBook(msgspec.Struct):
    """An outcome, in the order of the feed."""

    id: str
    odds: Decimal | None
    active: bool


class Settlement(msgspec.Struct):
    """The results of a market, as of when; none after they were rolled back."""

    at: int
    results: dict[str, OutcomeResult] | None


class Cancellation(msgspec.Struct):
    """Whether the bets of a period are void, as of when; a period without start and end is all time."""

    start: int | None
    end: int | None
    at: int
    is_void: bool


class MarketBook(msgspec.Struct):
    """A market.

    Attributes:
        event: The event's id in the feed.
        specifiers: In their canonical order.
        producer: The producer that offers it.
        status: As the last odds had it; stops, results and cancellations are apart.
        changed_at: When the odds were generated; 0 before there were any.
        is_gone: Whether a recovery of everything lacked it.
    """

    event: str
    number: int
    specifiers: str
    producer: int
    status: int = INACTIVE
    changed_at: int = 0
    outcomes: list[OutcomeBook] = []
    settlement: Settlement | None = None
    cancellations: list[Cancellation] = []
    is_gone: bool = False

    @property
    def id(self) -> str:
        """Our id of it."""
        return market_id(self.event, self.number, self.specifiers)

    @property
    def results(self) -> Mapping[str, OutcomeResult] | None:
        """How each outcome ended; None if there are no results."""
        return None if self.settlement is None else self.settlement.results

    @property
    def void(self) -> list[tuple[int | None, int | None]]:
        """The periods whose bets are void."""
        return [(period.start, period.end) for period in self.cancellations if period.is_void]


class Stop(msgspec.Struct):
    """When the markets of a group were stopped, and what they became."""

    at: int
    status: int


class EventBook(msgspec.Struct):
    """An event.

    Attributes:
        known_since: When we first heard of it, in milliseconds of machine time.
        heard_at: When we last did.
        status_at: When its state was generated.
        stops: The last stop of each group of markets.
    """

    id: str
    known_since: int
    heard_at: int
    status: EventStatus | None = None
    status_at: int = 0
    stops: dict[str, Stop] = {}


@dataclass(slots=True)
class Books:
    """All events and markets.

    Attributes:
        limit: The greatest number of markets.
        groups: The groups of markets by their number, as the feed describes them.
        least_certainty: Which results count.
        touched_events: Events that changed, or went, and were not taken yet.
        touched: The same for markets.
        left_out: Whether there were more markets than may be kept.
    """

    limit: int
    least_certainty: int = 1
    groups: Mapping[int, frozenset[str]] = field(default_factory=dict)
    events: dict[str, EventBook] = field(default_factory=dict)
    markets: dict[str, MarketBook] = field(default_factory=dict)
    of_event: dict[str, set[str]] = field(default_factory=dict)
    touched_events: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    left_out: bool = False

    def event(self, urn: str, now_ms: int) -> EventBook:
        """Return an event, which is known from now on."""
        event = self.events.get(urn)
        if event is None:
            event = self.events[urn] = EventBook(urn, now_ms, now_ms)
            self.touched_events.add(urn)
        event.heard_at = now_ms
        return event

    def apply(self, message: EventMessage, now_ms: int) -> set[str]:
        """Apply a message; return the ids of the markets that it names."""
        event = self.event(message.event_id, now_ms)
        self.touched_events.add(event.id)
        match message:
            case OddsChange():
                named = self._change_odds(event, message)
            case BetStop():
                named = self._stop(event, message)
            case BetSettlement():
                named = self._settle(message)
            case RollbackBetSettlement():
                named = self._markets(message, message.market)
                for name in named:
                    self._result(self.markets[name], Settlement(message.timestamp, None))
            case BetCancel() | RollbackBetCancel():
                named = self._markets(message, message.market)
                for name in named:
                    self._cancel(self.markets[name], message)
            case FixtureChange():
                named = set()
        self.touched |= named
        return named

    def status(self, market: MarketBook) -> int:
        """Return the status of a market's odds, with what stopped it."""
        event = self.events.get(market.event)
        if event is None or market.status not in {ACTIVE, SUSPENDED}:
            return market.status
        groups = self.groups.get(market.number)
        stops = [
            stop
            for group, stop in event.stops.items()
            if stop.at >= market.changed_at and (group == ALL_GROUPS or groups is None or group in groups)
        ]
        return max(stops, key=lambda stop: stop.at).status if stops else market.status

    def of_producer(self, producer: int) -> set[str]:
        """Return the ids of the markets that a producer offers."""
        return {name for name, market in self.markets.items() if market.producer == producer}

    def lack(self, names: set[str]) -> None:
        """Note that a recovery of everything lacked these markets: what became of them is not known."""
        for name in names:
            market = self.markets[name]
            if market.results is None and (None, None) not in market.void and not market.is_gone:
                market.is_gone = True
                self.touched.add(name)

    def retire(self, before_ms: int) -> None:
        """Forget the events of which nothing was heard since then."""
        for urn in [urn for urn, event in self.events.items() if event.heard_at < before_ms]:
            del self.events[urn]
            self.touched_events.add(urn)
            for name in self.of_event.pop(urn, set()):
                del self.markets[name]
                self.touched.add(name)
        self.left_out = self.left_out and len(self.markets) >= self.limit

    def restore(self, market: MarketBook) -> None:
        """Put a market that was kept into the books."""
        self.markets[market.id] = market
        self.of_event.setdefault(market.event, set()).add(market.id)
        self.touched.add(market.id)

    def _market(self, message: EventMessage, number: int, specifiers: str) -> MarketBook | None:
        """Return a market, which is known from now on; None if there are too many."""
        specifiers = canonical(specifiers)
        name = market_id(message.event_id, number, specifiers)
        market = self.markets.get(name)
        if market is None:
            if len(self.markets) >= self.limit:
                self.left_out = True
                return None
            market = self.markets[name] = MarketBook(message.event_id, number, specifiers, message.product)
            self.of_event.setdefault(message.event_id, set()).add(name)
        return market

    def _markets(self, message: EventMessage, wanted: tuple[MarketName | MarketResult, ...]) -> set[str]:
        found = (self._market(message, market.id, market.specifiers) for market in wanted)
        return {market.id for market in found if market is not None}

    def _change_odds(self, event: EventBook, message: OddsChange) -> set[str]:
        status = next(iter(message.sport_event_status), None)
        named: set[str] = set()
        if status is not None and message.timestamp >= event.status_at:
            was_live = _is_live(event)
            event.status, event.status_at = status, message.timestamp
            if was_live != _is_live(event):
                self.touched |= self.of_event.get(event.id, set())
        for odds in message.odds:
            for offered in odds.market:
                market = self._market(message, offered.id, offered.specifiers)
                if market is not None:
                    named.add(market.id)
                    _offer(market, offered, message)
        return named

    def _stop(self, event: EventBook, message: BetStop) -> set[str]:
        for group in filter(None, message.groups.split("|")):
            stop = event.stops.get(group)
            if stop is None or stop.at < message.timestamp:
                event.stops[group] = Stop(message.timestamp, message.market_status)
        return set(self.of_event.get(event.id, set()))

    def _settle(self, message: BetSettlement) -> set[str]:
        named: set[str] = set()
        if message.certainty < self.least_certainty:
            return named
        for outcomes in message.outcomes:
            for result in outcomes.market:
                market = self._market(message, result.id, result.specifiers)
                if market is not None:
                    named.add(market.id)
                    results = {outcome.id: outcome for outcome in result.outcome}
                    self._result(market, Settlement(message.timestamp, results))
        return named

    def _result(self, market: MarketBook, settlement: Settlement) -> None:
        if market.settlement is None or market.settlement.at <= settlement.at:
            market.settlement = settlement

    def _cancel(self, market: MarketBook, message: BetCancel | RollbackBetCancel) -> None:
        period = (message.start_time, message.end_time)
        cancellation = Cancellation(*period, message.timestamp, isinstance(message, BetCancel))
        others = [known for known in market.cancellations if (known.start, known.end) != period]
        former = [known for known in market.cancellations if (known.start, known.end) == period]
        if all(known.at <= message.timestamp for known in former):
            market.cancellations = [*others, cancellation]


def _offer(market: MarketBook, offered: MarketOdds, message: OddsChange) -> None:
    """Let a market be as odds have it, unless it is known as of later."""
    is_others = market.producer != message.product and market.changed_at > 0
    if message.timestamp < market.changed_at or (is_others and offered.status == HANDED_OVER):
        return
    market.producer, market.status, market.changed_at = message.product, offered.status, message.timestamp
    market.is_gone = False
    if offered.outcome:
        market.outcomes = [
            OutcomeBook(outcome.id, outcome.odds, bool(outcome.active)) for outcome in offered.outcome
        ]


def _is_live(event: EventBook) -> bool:
    return event.status is not None and event.status.status == 1
