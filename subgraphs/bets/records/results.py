"""What is known of the results of markets; each that is new makes the bets due that are on its market."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final, NamedTuple

from msgspec.structs import replace
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.bets.betting.bet import BetStatus
from subgraphs.bets.records.rows import result_of, result_row
from subgraphs.bets.records.tables import BetTables
from subgraphs.bets.settlement.results import MarketResult

_ALL: Final = frozenset(BetStatus) - {BetStatus.REFUSED}


class _Stored(NamedTuple):
    """What is stored of a market: its revision, and since when it has had results."""

    revision: int
    known_at: datetime | None


_NOT_STORED: Final = _Stored(-1, None)


class ToldResult(NamedTuple):
    """What is said of a market: of two states, the one of the higher revision is the later."""

    market_id: str
    revision: int
    result: MarketResult


@dataclass(frozen=True, slots=True)
class ResultStore:
    """The results that a database knows."""

    tables: BetTables

    async def put(self, connection: AsyncConnection, told: Sequence[ToldResult], at: datetime) -> int:
        """Store what is new, and make the bets due that are on these markets; return how many were old.

        Args:
            connection: In a write transaction.
            told: Results, those of a market in any order.
            at: Now, by the machine's clock.
        """
        stored = await self._locked(connection, {result.market_id for result in told})
        latest: dict[str, ToldResult] = {}
        for result in sorted(told, key=attrgetter("revision")):
            market = result.market_id
            revision, known_at = stored.get(market, _NOT_STORED)
            if result.revision > revision:
                known = _known_since(result.result, known_at)
                stored[market] = _Stored(result.revision, known.known_at)
                latest[market] = result._replace(result=known)
        news = list(latest.values())
        if news:
            rows = [
                {
                    "market_id": new.market_id,
                    "revision": new.revision,
                    "stored_at": at,
                    **result_row(new.result),
                }
                for new in sorted(news, key=lambda new: new.market_id)
            ]
            changed = [name for name in rows[0] if name != "market_id"]
            await connection.execute(
                upsert(connection.dialect.name, self.tables.result, rows, update=changed)
            )
            await self.make_due(connection, [new.market_id for new in news], at)
        return len(told) - len(news)

    async def _locked(self, connection: AsyncConnection, markets: Collection[str]) -> dict[str, _Stored]:
        c = self.tables.result.c
        found: dict[str, _Stored] = {}
        for portion in in_portions(sorted(markets)):
            query = select(c.market_id, c.revision, c.known_at).where(c.market_id.in_(portion))
            rows = await connection.execute(query.with_for_update())
            found |= {row.market_id: _Stored(int(row.revision), row.known_at) for row in rows}
        return found

    async def make_due(
        self,
        connection: AsyncConnection,
        markets: Collection[str],
        at: datetime,
        statuses: Collection[BetStatus] = _ALL,
    ) -> None:
        """Let somebody look at the bets on markets, also at those that are not made yet."""
        bet, leg = self.tables.bet, self.tables.leg
        stands = bet.c.status.in_(sorted(status.value for status in statuses))
        for portion in in_portions(sorted(markets)):
            on_them = select(leg.c.bet_id).where(leg.c.market_id.in_(portion)).distinct()
            found = sorted(await connection.scalars(on_them))
            for bets in in_portions(found):
                due = update(bet).where(bet.c.bet_id.in_(bets), stands)
                await connection.execute(due.values(due_at=at, tries=0))

    async def make_bet_due(self, connection: AsyncConnection, bet_id: str, at: datetime) -> None:
        """Let somebody look at a bet, also at one that is not made yet."""
        c = self.tables.bet.c
        stands = (c.bet_id == bet_id, c.status != BetStatus.REFUSED.value)
        await connection.execute(update(self.tables.bet).where(*stands).values(due_at=at, tries=0))

    async def of_markets(
        self, connection: AsyncConnection, markets: Collection[str]
    ) -> Mapping[str, MarketResult]:
        """Return what is known of markets, by their ids."""
        query = select(self.tables.result).where(self.tables.result.c.market_id.in_(sorted(markets)))
        return {row.market_id: result_of(row) for row in await connection.execute(query)}

    async def sweep(self, connection: AsyncConnection, since: datetime, at: datetime) -> None:
        """Make the bets due on markets with results that were stored since an instant.

        Who stored them may not have seen a bet that was added at the same moment.
        """
        c = self.tables.result.c
        recent = list(await connection.scalars(select(c.market_id).where(c.stored_at >= since)))
        await self.make_due(connection, recent, at, (BetStatus.OPEN,))


def _known_since(market: MarketResult, known_at: datetime | None) -> MarketResult:
    """Return a market with when its results became known: a correction changes nothing of that."""
    return replace(market, known_at=(known_at or market.known_at) if market.has_results else None)
