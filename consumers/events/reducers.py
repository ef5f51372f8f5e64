"""Applies what providers tell: the newest state of each item stays, in whatever order they come."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from subgraphs.events.records.markets import MarketKey, store_markets
from subgraphs.events.records.matches import match_sports
from subgraphs.events.records.offers import store_offers
from subgraphs.events.records.providers import store_reports
from subgraphs.events.records.runners import StoredRunner
from subgraphs.events.revisions import Row
from subgraphs.events.trust import TrustLimits

T = TypeVar("T", FixtureTold, MarketTold, StatsTold, VideoTold)
A = TypeVar("A", StatsTold, VideoTold)
K = TypeVar("K", OfferKey, MarketKey)
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
        told = _by_key(messages, OfferKey, lambda fixture: (fixture.sports_event_id, fixture.row()))
        stored = await store_offers(connection, told, self._latest_revision())
        if stored.sports:
            await match_sports(connection, stored.sports, self.clock.now(), stored.version)
        return Outcome(stale=stored.stale)

    async def markets(
        self, connection: AsyncConnection, messages: Sequence[Message[MarketTold | Gone]]
    ) -> Outcome:
        """Store markets."""
        told = _by_key(messages, MarketKey, lambda market: (market.market_id, market_row(market)))
        return Outcome(stale=await store_markets(connection, told, self._latest_revision()))

    async def additions(
        self,
        table: Table,
        connection: AsyncConnection,
        messages: Sequence[Message[A | Gone]],
    ) -> Outcome:
        """Store what hangs on offers: their statistics, or their pictures."""
        told = _by_key(messages, OfferKey, lambda addition: (addition.sports_event_id, addition.row()))
        stale = await store_additions(connection, table, told, self._latest_revision())
        return Outcome(stale=stale)

    async def statuses(self, connection: AsyncConnection, messages: Sequence[Message[StatusTold]]) -> Outcome:
        """Store how providers are."""
        reports = [_report(message.event) for message in messages]
        stored = await store_reports(connection, reports, self.limits, self.clock.machine.now())
        return Outcome(stale=len(messages) - stored)

    def _latest_revision(self) -> int:
        return self.limits.latest_revision(self.clock.machine.now())


def _by_key(
    messages: Iterable[Message[T | Gone]],
    key_of: Callable[[str, str], K],
    row_of: Callable[[T], tuple[str, dict[str, Any]]],
) -> Mapping[K, Sequence[Row | None]]:
    """Return what was told of each item, in order; None where it is gone."""
    told: defaultdict[K, list[Row | None]] = defaultdict(list)
    for message in messages:
        event = message.event
        if isinstance(event, Gone):
            told[key_of(*event)].append(None)
        else:
            item, row = row_of(event)
            told[key_of(event.provider, item)].append(row)
    return told


def market_row(market: MarketTold) -> dict[str, Any]:
    """Return the columns of a market as its provider tells it, without an id of ours."""
    row = market.row()
    del row["occurred_at"]
    terms = market.place_terms
    row["place_terms"] = None if terms is None else msgspec.structs.asdict(terms)
    row["void_periods"] = msgspec.to_builtins(market.void_periods) or None
    return {**row, "changed_at": market.occurred_at, "runners": tuple(_runners(market))}


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
            void_milli=runner.void_milli,
            changed_at=market.occurred_at,
        )


def _best(runner: Runner) -> int | None:
    return runner.back[0].odds_milli if runner.back else None


def _report(status: StatusTold) -> dict[str, Any]:
    row = status.row()
    return {**row, "capabilities": list(status.capabilities), "reason": status.reason[:MAX_REASON]}
