"""Applies what providers tell: the newest state of each item stays, in whatever order they come."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.events.messages import FixtureTold, Gone, MarketTold, Runner, StatsTold, StatusTold, VideoTold
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import Clock
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.records.additions import store_additions
from subgraphs.events.records.markets import MarketKey, StoredRunner, store_markets
from subgraphs.events.records.matches import match_sports
from subgraphs.events.records.offers import store_offers
from subgraphs.events.records.providers import store_reports
from subgraphs.events.trust import TrustLimits

T = TypeVar("T")
A = TypeVar("A", StatsTold, VideoTold)
MAX_REASON = 500
"""As many characters of a reason are kept."""


@dataclass(frozen=True, slots=True)
class EventReducer:
    """Applies batches of what providers tell.

    Attributes:
        clock: Product time for events, machine time for providers.
        limits: How far the clocks of adapters may be ahead.
    """

    clock: Clock
    limits: TrustLimits

    async def fixtures(
        self, connection: AsyncConnection, messages: Sequence[Message[FixtureTold | Gone]]
    ) -> Outcome:
        """Store offers, and match those sports anew in which something has changed that decides it."""
        told, gone = _newest(messages)
        rows = [fixture.row() for fixture in told if isinstance(fixture, FixtureTold)]
        ended = [OfferKey(*item) for item in gone]
        stored = await store_offers(connection, rows, ended, self._latest_revision())
        if stored.sports:
            await match_sports(connection, stored.sports, self.clock.now(), stored.version)
        return Outcome(stale=len(messages) - len(rows) - len(gone) + stored.stale)

    async def markets(
        self, connection: AsyncConnection, messages: Sequence[Message[MarketTold | Gone]]
    ) -> Outcome:
        """Store markets."""
        told, gone = _newest(messages)
        markets = [_market(market) for market in told if isinstance(market, MarketTold)]
        ended = [MarketKey(*item) for item in gone]
        stale = await store_markets(connection, markets, ended, self._latest_revision())
        return Outcome(stale=len(messages) - len(markets) - len(gone) + stale)

    async def additions(
        self,
        table: Table,
        connection: AsyncConnection,
        messages: Sequence[Message[A | Gone]],
    ) -> Outcome:
        """Store what hangs on offers: their statistics, or their pictures."""
        told, gone = _newest(messages)
        rows = [addition.row() for addition in told if not isinstance(addition, Gone)]
        stale = await store_additions(connection, table, rows, [OfferKey(*item) for item in gone])
        return Outcome(stale=len(messages) - len(rows) - len(gone) + stale)

    async def statuses(self, connection: AsyncConnection, messages: Sequence[Message[StatusTold]]) -> Outcome:
        """Store how providers are."""
        reports = [_report(message.event) for message in messages]
        stored = await store_reports(connection, reports, self.limits, self.clock.machine.now())
        return Outcome(stale=len(messages) - stored)

    def _latest_revision(self) -> int:
        return self.limits.latest_revision(self.clock.machine.now())


def _newest(messages: Iterable[Message[T | Gone]]) -> tuple[Sequence[T], Sequence[Gone]]:
    """Return all that was told, and which items the last message of their key says are gone."""
    last: dict[bytes | None, T | Gone] = {message.record.key: message.event for message in messages}
    gone = [event for event in last.values() if isinstance(event, Gone)]
    ended = {key for key, event in last.items() if isinstance(event, Gone)}
    told = [
        message.event
        for message in messages
        if message.record.key not in ended and not isinstance(message.event, Gone)
    ]
    return told, gone


def _market(market: MarketTold) -> tuple[dict[str, Any], tuple[StoredRunner, ...]]:
    row = market.row()
    del row["runners"], row["occurred_at"]
    terms = market.place_terms
    row["place_terms"] = None if terms is None else msgspec.structs.asdict(terms)
    row["changed_at"] = market.occurred_at
    return row, tuple(_runners(market))


def _runners(market: MarketTold) -> Iterator[StoredRunner]:
    for runner in market.runners:
        yield StoredRunner(
            id=runner.selection_id,
            handicap_milli=runner.handicap_milli,
            name=runner.name,
            status=runner.status,
            position=runner.position,
            odds_milli=_best(runner),
            dead_heat_milli=runner.dead_heat_milli,
            deduction_milli=runner.deduction_milli,
            changed_at=market.occurred_at,
        )


def _best(runner: Runner) -> int | None:
    return runner.back[0].odds_milli if runner.back else None


def _report(status: StatusTold) -> dict[str, Any]:
    row = status.row()
    return {**row, "capabilities": list(status.capabilities), "reason": status.reason[:MAX_REASON]}
