"""Tells other blocks what sports events are called, and of which offer each market is.

A selection's id has that of its market, and nothing else: who knows both messages knows its event. An event
is told by all names that it has, for which one is shown depends on who leads, and may change at any time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, bindparam, false, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from subgraphs.events.matching.names import normal
from subgraphs.events.models import MARKET, OFFER, OUTBOX
from subgraphs.events.own_ids import competition_id, offer_id
from subgraphs.events.records.catalogue_version import lock_version
from subgraphs.events.records.results import RESULT_SCHEMA
from subgraphs.kit.records.outbox import TOMBSTONE, Encoded, Fact, Outbox
from subgraphs.kit.topics import EVENT_MARKET_TOPIC, EVENT_OFFER_TOPIC, EVENT_RESULT_TOPIC

OFFER_SCHEMA: Final = "event.offer/1"
MARKET_SCHEMA: Final = "event.market/1"
BATCH: Final = 500
"""How many offers, and how many markets, are told at a time."""

_OUTBOX: Final = Outbox(OUTBOX)
_TOPICS: Final = {
    OFFER.name: ((EVENT_OFFER_TOPIC, OFFER_SCHEMA),),
    MARKET.name: ((EVENT_MARKET_TOPIC, MARKET_SCHEMA), (EVENT_RESULT_TOPIC, RESULT_SCHEMA)),
}


async def tell_again(connection: AsyncConnection, version: int, former: Collection[str]) -> None:
    """Note that events are called otherwise now, so that all of their offers are told again.

    Args:
        connection: In a write transaction.
        version: That of the catalogue which the offers have that changed.
        former: The events that offers were of before.
    """
    c = OFFER.c
    changed = select(c.event_id).where(c.version == version, c.event_id.is_not(None)).distinct()
    events = sorted({*former, *await connection.scalars(changed)})
    for portion in in_portions(events):
        of_them = c.event_id.in_(portion), c.announced == true()
        await connection.execute(update(OFFER).where(*of_them).values(announced=False))


async def announce(connection: AsyncConnection, now: datetime) -> bool:
    """Tell some of what was not told yet; return whether there may be more.

    Args:
        connection: In a write transaction.
        now: When it is told.
    """
    offers = await _announce_offers(connection, now)
    markets = await _announce_markets(connection, now)
    return BATCH in {offers, markets}


async def announce_end(connection: AsyncConnection, table: Table, ids: Iterable[str], now: datetime) -> None:
    """Let the messages about offers or markets that were deleted be removed from their topics."""
    ended = [
        Encoded(topic, own_id, TOMBSTONE, {"schema": schema, "producer": "furlong"})
        for own_id in ids
        for topic, schema in _TOPICS[table.name]
    ]
    await _OUTBOX.put_encoded(connection, ended, now)


async def _announce_offers(connection: AsyncConnection, now: datetime) -> int:
    c = OFFER.c
    untold = select(c.own_id).where(c.announced == false(), c.event_id.is_not(None)).limit(BATCH)
    if not (await connection.execute(untold.limit(1))).first():
        return 0
    await lock_version(connection)  # who changes offers waits
    rows = (await connection.execute(untold.add_columns(c.event_id, c.starts_at))).all()
    names = await _names(connection, sorted({row.event_id for row in rows}))
    facts = [
        Fact(
            EVENT_OFFER_TOPIC,
            OFFER_SCHEMA,
            row.own_id,
            now.isoformat(),
            {
                "offer_id": row.own_id,
                **names[row.event_id],
                "starts_at": row.starts_at.isoformat(),
                "occurred_at": now.isoformat(),
            },
        )
        for row in rows
    ]
    await _told(connection, OFFER, facts, now)
    return len(facts)


async def _names(connection: AsyncConnection, events: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Return what each of some events is called by any of its offers, also those that are gone."""
    c = OFFER.c
    groups: defaultdict[str, list[Any]] = defaultdict(list)
    for portion in in_portions(events):
        query = select(c.event_id, c.own_id, c.sport, c.competition).where(c.event_id.in_(portion))
        for row in await connection.execute(query):
            groups[row.event_id].append(row)
    return {
        event: {
            "sports": sorted({row.sport for row in rows}),
            "competitions": sorted({competition_id(row.sport, normal(row.competition)) for row in rows}),
            "sports_event_ids": sorted({row.own_id for row in rows}),
        }
        for event, rows in groups.items()
    }


async def _announce_markets(connection: AsyncConnection, now: datetime) -> int:
    c = MARKET.c
    untold = select(c.own_id, c.provider, c.sports_event_id).where(c.announced == false()).limit(BATCH)
    facts = [
        Fact(
            EVENT_MARKET_TOPIC,
            MARKET_SCHEMA,
            row.own_id,
            now.isoformat(),
            {
                "market_id": row.own_id,
                "offer_id": offer_id(row.provider, row.sports_event_id),
                "occurred_at": now.isoformat(),
            },
        )
        for row in await connection.execute(untold.with_for_update())
    ]
    await _told(connection, MARKET, facts, now)
    return len(facts)


async def _told(connection: AsyncConnection, table: Table, facts: Sequence[Fact], now: datetime) -> None:
    if facts:
        await _OUTBOX.put_all(connection, facts, now)
        change = update(table).where(table.c.own_id == bindparam("own")).values(announced=True)
        await connection.execute(change, [{"own": fact.key} for fact in facts])
