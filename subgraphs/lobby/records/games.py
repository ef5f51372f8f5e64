"""Stores the games of providers: what a list has changed, and what it no longer has."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.lobby.game_list import MAX_GAMES, ListedGame
from subgraphs.lobby.models import CATALOGUE, GAME

BATCH: Final = 500
KEPT: Final = timedelta(days=365)
"""For how long a game is kept that its provider no longer has."""

MAX_KEPT: Final = 5 * MAX_GAMES
LISTED: Final = ListedGame.__struct_fields__
_NEW: Final = [column.name for column in GAME.columns if column.name not in {"own_id", "first_seen"}]


async def raise_version(connection: AsyncConnection) -> int:
    """Return the catalogue's next version, under a lock: versions are committed in their order.

    Call it before anything else is written, so that all writers lock in one order.
    """
    await connection.execute(
        upsert(connection.dialect.name, CATALOGUE, [{"id": 1, "version": 1}], add=["version"])
    )
    return await read_version(connection)


async def read_version(connection: AsyncConnection) -> int:
    """Return the present version; 0 if nothing was ever written."""
    version = await connection.scalar(select(CATALOGUE.c.version).where(CATALOGUE.c.id == 1))
    return int(version or 0)


async def store_list(
    connection: AsyncConnection, provider: str, games: Mapping[str, ListedGame], at: datetime
) -> int:
    """Store a provider's list, and return how many games it changes; those that it does not have are gone."""
    version = await raise_version(connection)
    query = select(GAME).where(GAME.c.provider == provider)
    stored = {row["own_id"]: dict(row) for row in (await connection.execute(query)).mappings()}
    if len(stored.keys() | games.keys()) > MAX_KEPT:  # or a list of new codes each time would fill the disk
        gone = [own_id for own_id, row in stored.items() if row["is_gone"] and own_id not in games]
        stored = {own_id: row for own_id, row in stored.items() if own_id not in set(gone)}
        await delete_games(connection, gone)
    changed = sorted(_changed(stored, games, at, version), key=lambda row: str(row["own_id"]))
    for start in range(0, len(changed), BATCH):
        rows = changed[start : start + BATCH]
        await connection.execute(upsert(connection.dialect.name, GAME, rows, update=_NEW))
    return len(changed)


async def forget_gone(connection: AsyncConnection, at: datetime) -> bool:
    """Delete some of the games that are long gone; return whether there may be more."""
    c = GAME.c
    due = select(c.own_id).where(c.is_gone, c.changed_at < at - KEPT).order_by(c.changed_at).limit(BATCH)
    gone = list(await connection.scalars(due))
    await delete_games(connection, gone)
    return len(gone) == BATCH


async def delete_games(connection: AsyncConnection, own_ids: Sequence[str]) -> None:
    """Delete games."""
    for start in range(0, len(own_ids), BATCH):
        await connection.execute(delete(GAME).where(GAME.c.own_id.in_(own_ids[start : start + BATCH])))


def _changed(
    stored: Mapping[str, dict[str, Any]], games: Mapping[str, ListedGame], at: datetime, version: int
) -> Iterator[dict[str, Any]]:
    """Yield the rows that a list changes."""
    now = {"changed_at": at, "version": version}
    for own_id, game in games.items():
        row, columns = stored.get(own_id), _columns(game)
        if row is None:
            yield {**columns, "first_seen": at, "is_gone": False, **now}
        elif row["is_gone"] or any(row[name] != columns[name] for name in LISTED):
            yield {**columns, "first_seen": row["first_seen"], "is_gone": False, **now}
    for own_id, row in stored.items():
        if own_id not in games and not row["is_gone"]:
            yield {**row, "is_gone": True, **now}


def _columns(game: ListedGame) -> dict[str, Any]:
    columns: dict[str, Any] = msgspec.to_builtins(game)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in columns.items()}


async def games_since(connection: AsyncConnection, version: int) -> Sequence[Mapping[Any, Any]]:
    """Return the rows of games that have changed after a version."""
    return (await connection.execute(select(GAME).where(GAME.c.version > version))).mappings().all()
