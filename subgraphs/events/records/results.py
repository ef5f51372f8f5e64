"""What decides bets on markets: told to other blocks once for each change, in the order of revisions.

A market that was never decided is not told. One that was is told again when anything changes by which bets
are paid, also that it is no longer decided; that it is gone changes nothing of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, false, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.events.models import MARKET, OUTBOX
from subgraphs.events.records.runners import RUNNERS, StoredRunner
from subgraphs.kit.records.outbox import Fact, Outbox
from subgraphs.kit.topics import EVENT_RESULT_TOPIC

RESULT_SCHEMA: Final = "event.result/1"
BATCH: Final = 100
"""How many markets are told at a time: one may have a thousand selections."""

UNDECIDED: Final = ""
"""The digest of a market by which no bet is decided."""

_DIGEST_BYTES: Final = 16
_WINNERS: Final = frozenset({"winner", "placed"})
_OUTBOX: Final = Outbox(OUTBOX)


def digest_of(
    status: str, kind: str, runners: Iterable[StoredRunner], void_periods: Sequence[Mapping[str, Any]] | None
) -> str:
    """Return a digest of what decides bets on a market: as long as it stays, no bet is paid otherwise.

    Args:
        status: As its provider says it: it is decided when it is settled or cancelled, or closed with a
            winner.
        kind: The platform's name.
        runners: All of its selections, in any order.
        void_periods: As they are stored, in any order: bets of these are decided also before the others.
    """
    decided: list[Any]
    listed = tuple(runners)
    periods = sorted((str(one["starts_at"]), str(one["ends_at"])) for one in void_periods or ())
    if status == "cancelled":
        decided = [status]
    elif status == "settled" or (status == "closed" and any(one.status in _WINNERS for one in listed)):
        decided = [status, kind, periods, sorted(map(_decides, listed))]
    elif periods:
        decided = [periods]
    else:
        return UNDECIDED
    return blake2b(msgspec.json.encode(decided), digest_size=_DIGEST_BYTES).hexdigest()


def _decides(runner: StoredRunner) -> tuple[str | int, ...]:
    """Return what of a selection decides bets; there is no difference between none of a part and 0."""
    parts = (runner.dead_heat_milli, runner.deduction_milli, runner.void_milli)
    return (*runner.key, runner.status, *(part or 0 for part in parts))


async def markets_untold(connection: AsyncConnection, limit: int) -> list[str]:
    """Return the ids of markets of which something may not be told yet: the rest of one may be unreadable."""
    c = MARKET.c
    return list(await connection.scalars(select(c.own_id).where(c.result_announced == false()).limit(limit)))


async def announce_results(connection: AsyncConnection, markets: Collection[str], now: datetime) -> None:
    """Tell what was not told yet of markets.

    Args:
        connection: In a write transaction.
        markets: Their ids.
        now: When it is told.
    """
    c = MARKET.c
    columns = (c.own_id, c.revision, c.kind, c.status, c.runners, c.void_periods, c.changed_at)
    untold = select(*columns, c.told_result, c.told_revision).where(c.result_announced == false())
    rows = (await connection.execute(untold.where(c.own_id.in_(markets)).with_for_update())).all()
    facts, told = list[Fact](), list[dict[str, Any]]()
    for row in rows:
        runners = RUNNERS.decode(row.runners)
        digest = digest_of(row.status, row.kind, runners, row.void_periods)
        revision = row.told_revision
        if digest != (row.told_result or UNDECIDED):
            # After an adapter whose clock was ahead, its next revisions are lower than what was told.
            revision = max(row.revision, (row.told_revision or 0) + 1)
            facts.append(_fact(row, revision, runners))
        told.append({"own": row.own_id, "result": digest, "at_revision": revision})
    if told:
        await _OUTBOX.put_all(connection, facts, now)
        change = update(MARKET).where(c.own_id == bindparam("own"))
        change = change.values(
            result_announced=True,
            told_result=bindparam("result"),
            told_revision=bindparam("at_revision"),
        )
        await connection.execute(change, told)


def _fact(row: Any, revision: int, runners: Iterable[StoredRunner]) -> Fact:
    """Return the fact of a market: the same in each cell that stores the same message."""
    body = {
        "market_id": row.own_id,
        "revision": revision,
        "kind": row.kind,
        "status": _status(row.status),
        "runners": [
            {
                "selection_id": runner.own_id(row.own_id),
                "status": runner.status,
                "dead_heat_milli": runner.dead_heat_milli or None,
                "deduction_milli": runner.deduction_milli,
                "void_milli": runner.void_milli,
            }
            for runner in runners
        ],
        "void_periods": row.void_periods or [],
        "occurred_at": row.changed_at.isoformat(),
    }
    return Fact(EVENT_RESULT_TOPIC, RESULT_SCHEMA, row.own_id, str(revision), body)


def _status(status: str) -> str:
    """Return a status in the words of the message: one that does not take bets yet takes none now."""
    return "suspended" if status == "inactive" else status
