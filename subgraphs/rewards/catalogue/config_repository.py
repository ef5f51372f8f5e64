"""SQL of reward versions: the first terms, the last status, and recalls, which are permanent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.kit.records.revision_conflicts import RevisionConflicts

_KEY = ("brand_id", "reward_id", "config_version")
_STATUS = frozenset({"status", "occurred_at", "recalled"})


class _Version(NamedTuple):
    brand: str
    reward: str
    version: int


@dataclass(frozen=True, slots=True)
class Retirement:
    """A version that must no longer be offered from an instant on."""

    brand: str
    reward: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ConfigWriter:
    """Writes reward versions in the consumer's transaction."""

    table: Table
    dialect: str

    async def store(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], retired: Sequence[Retirement]
    ) -> int:
        """Add new versions, and set the status of known ones to the latest.

        A retirement withdraws a known version, and prevails over a status of the same instant. A recalled
        version stays recalled, whatever comes before or after.

        Args:
            connection: In a write transaction.
            rows: With the columns of the reward_config table.
            retired: The retired versions.

        Returns:
            How many rows were added or changed.
        """
        versions = {version_of(row) for row in rows} | {
            _Version(r.brand, r.reward, r.version) for r in retired
        }
        if not versions:
            return 0
        stored = await self._stored(connection, versions)
        current = _with_retired(_with_rows(stored, rows), retired)
        changed = [current[version] for version in sorted(current) if current[version] != stored.get(version)]
        if changed:
            update = ("status", "occurred_at", "recalled")
            await connection.execute(upsert(self.dialect, self.table, changed, update=update))
        return len(changed)

    async def known(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> set[_Version]:
        """Return the versions of rows that are stored."""
        return set(await self._stored(connection, {version_of(row) for row in rows}))

    async def conflicts(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Return the indexes of rows that contradict the stored terms, or the status of the same instant.

        Args:
            connection: In the transaction that has just stored the rows.
            rows: With the columns of the reward_config table.
        """
        terms = await RevisionConflicts(self.table, None, _STATUS).among(connection, rows)
        status = await RevisionConflicts(self.table, "occurred_at").among(connection, rows)
        return sorted({*terms, *status})

    async def _stored(
        self, connection: AsyncConnection, versions: Iterable[_Version]
    ) -> dict[_Version, Mapping[str, Any]]:
        key = tuple_(*(self.table.c[name] for name in _KEY))
        found: dict[_Version, Mapping[str, Any]] = {}
        for some in in_portions(sorted(versions)):
            rows = await connection.execute(select(self.table).where(key.in_(some)).with_for_update())
            found.update({version_of(row): row for row in map(dict, rows.mappings())})
        return found


def version_of(row: Mapping[str, Any]) -> _Version:
    """Return the version of a row."""
    return _Version(row["brand_id"], row["reward_id"], row["config_version"])


def _with_rows(
    stored: Mapping[_Version, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> dict[_Version, Mapping[str, Any]]:
    current = dict(stored)
    for row in rows:
        known = current.get(version_of(row))
        if known is None:
            current[version_of(row)] = row
            continue
        newest = max(known, row, key=itemgetter("occurred_at"))  # of two at one instant the first
        status = {"status": newest["status"], "occurred_at": newest["occurred_at"]}
        current[version_of(row)] = {**known, **status, "recalled": known["recalled"] or row["recalled"]}
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
