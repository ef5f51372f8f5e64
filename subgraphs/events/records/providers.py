"""The SQL of how providers are, and of who leads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.events.leaders import Leader
from subgraphs.events.models import LEADER, LEADER_CHANGE, PROVIDER, TRUST
from subgraphs.events.trust import ProviderReport, Trust

_REPORTED = tuple(column.name for column in PROVIDER.c if not column.primary_key)
_JUDGED = tuple(column.name for column in TRUST.c if not column.primary_key)
_LEADING = tuple(column.name for column in LEADER.c if not column.primary_key)


async def store_reports(connection: AsyncConnection, rows: Iterable[Mapping[str, Any]]) -> int:
    """Store what providers say of themselves, the newest of each; return how many there were."""
    newest: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        known = newest.get(row["provider"])
        if known is None or row["occurred_at"] >= known["occurred_at"]:
            newest[row["provider"]] = row
    query = select(PROVIDER.c.provider, PROVIDER.c.occurred_at).with_for_update()
    stored = {row.provider: row.occurred_at for row in await connection.execute(query)}
    newer = [
        newest[name]
        for name in sorted(newest)
        if name not in stored or newest[name]["occurred_at"] > stored[name]
    ]
    if newer:
        await connection.execute(upsert(connection.dialect.name, PROVIDER, newer, update=_REPORTED))
    return len(newer)


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
    """Store who leads from now on, and each change with its reason; return of which data it changed."""
    changed = sorted(data for data in after if before.get(data) != after[data])
    if not changed:
        return ()
    rows = [{"data": data, **{name: getattr(after[data], name) for name in _LEADING}} for data in changed]
    await connection.execute(upsert(connection.dialect.name, LEADER, rows, update=_LEADING))
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
