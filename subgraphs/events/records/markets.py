"""The SQL of markets: the newest state of each stays, and each price keeps the instant of its last change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.events.models import MARKET
from subgraphs.events.records.results import UNDECIDED, digest_of
from subgraphs.events.records.runners import RUNNERS, StoredRunner
from subgraphs.events.revisions import Row, folded
from subgraphs.kit.domain.selections import market_id

_KEY: Final = (MARKET.c.provider, MARKET.c.market_id)
_UPDATED: Final = (
    "sports_event_id",
    "revision",
    "kind",
    "name",
    "line_milli",
    "place_terms",
    "status",
    "in_play",
    "currency",
    "runners",
    "void_periods",
    "changed_at",
    "is_gone",
    "result_announced",
)


class MarketKey(NamedTuple):
    """Names a market: its provider, and the provider's id."""

    provider: str
    id: str


async def store_markets(
    connection: AsyncConnection, told: Mapping[MarketKey, Sequence[Row | None]], latest_revision: int
) -> int:
    """Store markets that are newer than what is known of them, and note which ones are gone.

    Args:
        connection: In a write transaction.
        told: Rows without `own_id`, with runners as they are stored, in the order in which they were told;
            None where a market is gone.
        latest_revision: The highest one that can be.

    Returns:
        How many changed nothing because something newer is stored.
    """
    known = await _known(connection, told)
    rows, ended, moved, stale = [], list[MarketKey](), list[MarketKey](), 0
    for key in sorted(told):
        before = known.get(key)
        row, is_told, unused = folded(before, told[key], latest_revision, merged_market)
        stale += unused
        if row is not None and is_told:
            encoded = msgspec.json.encode(row["runners"]).decode()
            rows.append(
                {
                    "own_id": market_id(*key),
                    **row,
                    "runners": encoded,
                    "result_announced": _is_told(row, before),
                }
            )
            if before is not None and before["sports_event_id"] != row["sports_event_id"]:
                moved.append(key)
        elif before is not None and row is not before and not before["is_gone"]:
            ended.append(key)
    if rows:
        await connection.execute(upsert(connection.dialect.name, MARKET, rows, update=_UPDATED))
    for portion in in_portions(moved):
        await connection.execute(update(MARKET).where(tuple_(*_KEY).in_(portion)).values(announced=False))
    for portion in in_portions(ended):
        await connection.execute(update(MARKET).where(tuple_(*_KEY).in_(portion)).values(is_gone=True))
    return stale


def merged_market(before: Row | None, row: Row) -> Row:
    """Return a market whose odds keep their instants if they are what they were."""
    if before is None:
        return row
    runners = before["runners"]
    known = RUNNERS.decode(runners) if isinstance(runners, str) else runners
    return {**row, "runners": _dated(row["runners"], known)}


def _is_told(row: Row, before: Row | None) -> bool:
    """Return whether other blocks know what decides bets on a market, if anything does."""
    told = None if before is None else before["told_result"]
    digest = digest_of(row["status"], row["kind"], row["runners"], row["void_periods"])
    return digest == (told or UNDECIDED)


async def _known(connection: AsyncConnection, keys: Collection[MarketKey]) -> dict[MarketKey, Row]:
    found: dict[MarketKey, Row] = {}
    for portion in in_portions(sorted(keys)):
        c = MARKET.c
        columns = (*_KEY, c.sports_event_id, c.revision, c.runners, c.is_gone, c.told_result)
        query = select(*columns).where(tuple_(*_KEY).in_(portion))
        for row in (await connection.execute(query.with_for_update())).mappings():
            found[MarketKey(row["provider"], row["market_id"])] = dict(row)
    return found


def _dated(runners: Iterable[StoredRunner], before: Iterable[StoredRunner]) -> tuple[StoredRunner, ...]:
    """Return runners of which those keep their instants whose odds are what they were."""
    since = {(runner.key, runner.odds_milli): runner.changed_at for runner in before}
    return tuple(
        msgspec.structs.replace(runner, changed_at=since[same])
        if (same := (runner.key, runner.odds_milli)) in since
        else runner
        for runner in runners
    )
