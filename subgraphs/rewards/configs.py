"""SQL that keeps the versions of rewards: terms as first told, status as last told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.columns import upsert

_KEY = ("brand_id", "reward_id", "config_version")


class _Version(NamedTuple):
    brand: str
    reward: str
    version: int


@dataclass(frozen=True, slots=True)
class Retirement:
    """A version is no longer to be offered, from an instant on."""

    brand: str
    reward: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ConfigWriter:
    """Writes versions of rewards, inside the consumer's transaction."""

    table: Table
    dialect: str

    async def store(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], retired: Sequence[Retirement]
    ) -> int:
        """Adds versions that are new; of known ones changes the status, to what was told last.

        A retirement withdraws a known version, and wins over a status told at the same instant.

        Args:
            connection: in a write transaction.
            rows: with the columns of the reward_config table.
            retired: versions withdrawn.

        Returns:
            How many rows were added or changed.
        """
        asked = {_version(row) for row in rows} | {_Version(r.brand, r.reward, r.version) for r in retired}
        if not asked:
            return 0
        stored = await self._stored(connection, asked)
        current = _with_retired(_with_rows(stored, rows), retired)
        changed = [current[version] for version in sorted(current) if current[version] != stored.get(version)]
        if changed:
            update = ("status", "occurred_at")
            await connection.execute(upsert(self.dialect, self.table, changed, update=update))
        return len(changed)

    async def _stored(
        self, connection: AsyncConnection, versions: Iterable[_Version]
    ) -> dict[_Version, Mapping[str, Any]]:
        key = tuple_(*(self.table.c[name] for name in _KEY))
        rows = await connection.execute(select(self.table).where(key.in_(sorted(versions))).with_for_update())
        return {_version(row): row for row in map(dict, rows.mappings())}


def _version(row: Mapping[str, Any]) -> _Version:
    return _Version(row["brand_id"], row["reward_id"], row["config_version"])


def _with_rows(
    stored: Mapping[_Version, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> dict[_Version, Mapping[str, Any]]:
    current = dict(stored)
    for row in rows:
        known = current.get(_version(row))
        if known is None:
            current[_version(row)] = row
        elif row["occurred_at"] > known["occurred_at"]:
            current[_version(row)] = {**known, "status": row["status"], "occurred_at": row["occurred_at"]}
    return current


def _with_retired(
    current: dict[_Version, Mapping[str, Any]], retired: Sequence[Retirement]
) -> dict[_Version, Mapping[str, Any]]:
    for retirement in retired:
        version = _Version(retirement.brand, retirement.reward, retirement.version)
        known = current.get(version)
        if known is not None and retirement.at >= known["occurred_at"]:
            current[version] = {**known, "status": "withdrawn", "occurred_at": retirement.at}
    return current
