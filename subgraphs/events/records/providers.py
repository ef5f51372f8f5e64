"""The SQL of how providers are, and of who leads."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.events.leaders import Leader
from subgraphs.events.models import LEADER, LEADER_CHANGE, PROVIDER, TRUST
from subgraphs.events.trust import ProviderReport, Trust, TrustLimits

_REPORTED = tuple(column.name for column in PROVIDER.c if not column.primary_key)
_JUDGED = tuple(column.name for column in TRUST.c if not column.primary_key)
_LEADING = tuple(column.name for column in LEADER.c if not column.primary_key)
_NOBODY: Final = Leader(None, datetime(1970, 1, 1, tzinfo=UTC), "")
"""Who led before anybody did."""


async def store_reports(
    connection: AsyncConnection, rows: Iterable[Mapping[str, Any]], limits: TrustLimits, now: datetime
) -> int:
    """Store what providers say of themselves, the newest of each; return how many there were.

    What was said at a time that is not there yet, or has a revision of such a time, gives way to what is said
    now. What was said before that does not count again.
    """
    query = select(PROVIDER.c.provider, PROVIDER.c.occurred_at, PROVIDER.c.first_revision).with_for_update()
    stored = {row["provider"]: row for row in (await connection.execute(query)).mappings()}
    newest = dict[str, Mapping[str, Any]](stored)
    for row in rows:
        known = newest.get(row["provider"])
        if known is None or row["occurred_at"] > known["occurred_at"] or _corrects(row, known, limits, now):
            newest[row["provider"]] = row
    newer = [newest[name] for name in sorted(newest) if newest[name] is not stored.get(name)]
    if newer:
        await connection.execute(upsert(connection.dialect.name, PROVIDER, newer, update=_REPORTED))
    return len(newer)


def _corrects(row: Mapping[str, Any], known: Mapping[str, Any], limits: TrustLimits, now: datetime) -> bool:
    ahead, known_ahead = (
        limits.is_ahead(one["occurred_at"], one["first_revision"], now) for one in (row, known)
    )
    return known_ahead and not ahead and now - row["occurred_at"] <= limits.silence


async def read_reports(connection: AsyncConnection) -> tuple[ProviderReport, ...]:
    """Return what each provider last said of itself, by name."""
    c = PROVIDER.c
    query = select(
        c.provider, c.capabilities, c.complete, c.reason, c.first_revision, c.delay_ms, c.occurred_at
    ).order_by(c.provider)
    return tuple(
        ProviderReport(
            provider=row.provider,
            capabilities=frozenset(row.capabilities),
            complete=row.complete,
            reason=row.reason,
            first_revision=row.first_revision,
            delay_ms=row.delay_ms,
            said_at=row.occurred_at,
        )
        for row in await connection.execute(query)
    )


async def read_trusts(connection: AsyncConnection) -> dict[str, Trust]:
    """Return whether each provider is trusted."""
    c = TRUST.c
    query = select(c.trusted, c.since, c.reason, c.failures, c.well_since, c.provider)
    return {row.provider: Trust(*row[:-1]) for row in await connection.execute(query)}


async def store_trusts(connection: AsyncConnection, trusts: Mapping[str, Trust]) -> None:
    """Store whether providers are trusted."""
    rows = [
        {"provider": provider, **{name: getattr(trusts[provider], name) for name in _JUDGED}}
        for provider in sorted(trusts)
    ]
    if rows:
        await connection.execute(upsert(connection.dialect.name, TRUST, rows, update=_JUDGED))


async def read_leaders(connection: AsyncConnection) -> dict[str, Leader]:
    """Return who leads, by kind of data."""
    c = LEADER.c
    query = select(c.provider, c.since, c.reason, c.data)
    return {row.data: Leader(*row[:-1]) for row in await connection.execute(query)}


async def store_leaders(
    connection: AsyncConnection, before: Mapping[str, Leader], after: Mapping[str, Leader]
) -> Sequence[str]:
    """Store who leads from now on, and each change with its reason; return of which data it changed.

    Where another process has changed it since `before` was read, nothing is stored.
    """
    wanted = sorted(data for data in after if before.get(data) != after[data])
    changed = [data for data in wanted if await _replace(connection, data, before.get(data), after[data])]
    if not changed:
        return ()
    changes = [
        {
            "data": data,
            "before": before[data].provider if data in before else None,
            "after": after[data].provider,
            "reason": after[data].reason,
            "changed_at": after[data].since,
        }
        for data in changed
    ]
    await connection.execute(insert(LEADER_CHANGE), changes)
    return changed


async def _replace(connection: AsyncConnection, data: str, before: Leader | None, after: Leader) -> bool:
    """Let somebody lead instead of the one who is known to lead; return whether that was so."""
    if before is None:
        before = _NOBODY
        await connection.execute(upsert(connection.dialect.name, LEADER, [_row(data, before)]))
    c = LEADER.c
    led = (c.data == data, c.provider.is_not_distinct_from(before.provider), c.since == before.since)
    changed = await connection.execute(update(LEADER).where(*led).values(_row(data, after)))
    return changed.rowcount == 1


def _row(data: str, leader: Leader) -> dict[str, Any]:
    return {"data": data, **{name: getattr(leader, name) for name in _LEADING}}
