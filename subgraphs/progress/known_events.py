"""The SQL of sports events, as the block of events tells of them, and of which bets are on their markets."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Table, delete, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.progress.counting.legs import KnownEvent
from subgraphs.progress.models import BET_MARKET, KNOWN_MARKET, KNOWN_OFFER

Told: TypeAlias = Mapping[str, Mapping[str, Any] | None]
"""The rows of offers or markets by their ids; None for one that is no longer kept."""


class MarketOfBet(NamedTuple):
    """A market and a bet that is on it, in the order of the index."""

    market_id: str
    brand_id: str
    bet_id: str


NO_BET = MarketOfBet("", "", "")


async def known_events(connection: AsyncConnection, markets: Collection[str]) -> dict[str, KnownEvent]:
    """Return the events of markets; those that are not known are absent."""
    m, o = KNOWN_MARKET.c, KNOWN_OFFER.c
    columns = (m.market_id, o.sports, o.competitions, o.sports_event_ids)
    joined = KNOWN_MARKET.join(KNOWN_OFFER, o.offer_id == m.offer_id)
    found: dict[str, KnownEvent] = {}
    for portion in in_portions(sorted(markets)):
        query = select(*columns).select_from(joined).where(m.market_id.in_(portion))
        for market, *names in await connection.execute(query):
            found[market] = KnownEvent(*map(tuple, names))
    return found


async def store_known(connection: AsyncConnection, table: Table, told: Told) -> list[str]:
    """Store offers or markets; return the ids of those that have changed.

    One that is no longer kept elsewhere is kept here while a bet is on it, which may be judged again.

    Args:
        connection: In a write transaction that keeps out others who read them to count bets.
        table: Of offers or of markets.
        told: What was told of them last.
    """
    (key,) = table.primary_key.columns
    changed, ended = list[Mapping[str, Any]](), list[str]()
    for portion in in_portions(sorted(told)):
        stored = (await connection.execute(select(table).where(key.in_(portion)))).mappings()
        before = {row[key.name]: dict(row) for row in stored}
        for own_id in portion:
            row = told[own_id]
            if row is None:
                ended.append(own_id)
            elif before.get(own_id) != row:
                changed.append(row)
    if changed:
        others = [column.name for column in table.columns if not column.primary_key]
        await connection.execute(upsert(connection.dialect.name, table, changed, update=others))
    for portion in in_portions(ended):
        await connection.execute(delete(table).where(key.in_(portion), ~exists().where(*_has_bet(table))))
    return [row[key.name] for row in changed]


def _has_bet(table: Table) -> tuple[Any, ...]:
    """Return the conditions by which a bet is on a market, or on any market of an offer."""
    bet = BET_MARKET.c
    if table is KNOWN_MARKET:
        return (bet.market_id == KNOWN_MARKET.c.market_id,)
    market = KNOWN_MARKET.alias("of_offer").c
    return market.offer_id == KNOWN_OFFER.c.offer_id, bet.market_id == market.market_id


async def markets_of_offers(connection: AsyncConnection, offers: Sequence[str]) -> list[str]:
    """Return the markets that are known of offers."""
    m = KNOWN_MARKET.c
    markets: list[str] = []
    for portion in in_portions(offers):
        markets += await connection.scalars(select(m.market_id).where(m.offer_id.in_(portion)))
    return sorted(markets)


async def note_markets(connection: AsyncConnection, rows: Collection[tuple[str, str, str, str]]) -> None:
    """Note on which markets bets are: rows of market, brand, bet and customer."""
    names = [column.name for column in BET_MARKET.columns]
    for portion in in_portions(sorted(rows)):
        noted = [dict(zip(names, row, strict=True)) for row in portion]
        await connection.execute(upsert(connection.dialect.name, BET_MARKET, noted))


async def bets_on_markets(
    connection: AsyncConnection, markets: Sequence[str], after: MarketOfBet, limit: int
) -> list[MarketOfBet]:
    """Return a page of the bets that are on markets, in the order of the index.

    Args:
        connection: To read with.
        markets: Few enough for an index lookup.
        after: The last one of the page before; `NO_BET` to begin.
        limit: How many at most.
    """
    c = BET_MARKET.c
    key = (c.market_id, c.brand_id, c.bet_id)
    wanted = c.market_id.in_(markets), c.market_id >= after.market_id, tuple_(*key) > tuple_(*after)
    rows = await connection.execute(select(*key).where(*wanted).order_by(*key).limit(limit))
    return [MarketOfBet(*row) for row in rows]
