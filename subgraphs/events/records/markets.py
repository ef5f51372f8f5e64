"""The SQL of markets: the newest state of each stays, and each price keeps the instant of its last change."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.events.models import MARKET
from subgraphs.events.own_ids import market_id
from subgraphs.events.revisions import supersedes

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
    "changed_at",
    "is_gone",
)


class MarketKey(NamedTuple):
    """Names a market: its provider, and the provider's id."""

    provider: str
    id: str


class StoredRunner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A selection as it is stored.

    Attributes:
        id: The provider's.
        status: As in the message.
        odds_milli: The best that a backer is offered; None if nothing is offered.
        changed_at: When these odds last changed.
    """

    id: str
    handicap_milli: int = 0
    name: str = ""
    status: str
    position: int
    odds_milli: int | None
    dead_heat_milli: int | None = None
    deduction_milli: int | None = None
    changed_at: datetime

    @property
    def key(self) -> tuple[str, int]:
        """Return what names it in its market."""
        return self.id, self.handicap_milli


RUNNERS: Final = msgspec.json.Decoder(tuple[StoredRunner, ...])


async def store_markets(
    connection: AsyncConnection,
    markets: Iterable[tuple[Mapping[str, Any], tuple[StoredRunner, ...]]],
    gone: Collection[MarketKey],
    latest_revision: int,
) -> int:
    """Store markets that are newer than what is known of them, and note which ones are gone.

    Args:
        connection: In a write transaction.
        markets: Rows without `own_id`, and their runners; of several with one key, the newest counts.
        gone: Markets that their providers no longer have.
        latest_revision: The highest one that can be.

    Returns:
        How many changed nothing because something newer is stored.
    """
    newest: dict[MarketKey, tuple[Mapping[str, Any], tuple[StoredRunner, ...]]] = {}
    for market in markets:
        key = MarketKey(market[0]["provider"], market[0]["market_id"])
        if key not in newest or supersedes(
            market[0]["revision"], newest[key][0]["revision"], latest_revision
        ):
            newest[key] = market
    known = await _known(connection, newest)
    rows = []
    for key in sorted(newest):
        row, runners = newest[key]
        before = known.get(key)
        if before is not None:
            # What is gone is there again also at the revision that it had.
            if not supersedes(row["revision"] + before.is_gone, before.revision, latest_revision):
                continue
            runners = _dated(runners, RUNNERS.decode(before.runners))
        encoded = msgspec.json.encode(runners).decode()
        rows.append({**row, "own_id": market_id(*key), "runners": encoded, "is_gone": False})
    if rows:
        await connection.execute(upsert(connection.dialect.name, MARKET, rows, update=_UPDATED))
    for portion in in_portions(sorted(gone)):
        await connection.execute(update(MARKET).where(tuple_(*_KEY).in_(portion)).values(is_gone=True))
    return len(newest) - len(rows)


async def _known(connection: AsyncConnection, keys: Collection[MarketKey]) -> dict[MarketKey, Any]:
    found: dict[MarketKey, Any] = {}
    for portion in in_portions(sorted(keys)):
        columns = (*_KEY, MARKET.c.revision, MARKET.c.runners, MARKET.c.is_gone)
        query = select(*columns).where(tuple_(*_KEY).in_(portion))
        for row in await connection.execute(query.with_for_update()):
            found[MarketKey(row.provider, row.market_id)] = row
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
