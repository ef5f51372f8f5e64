"""Revision conflicts: messages that contradict the stored data of the same revision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions


@dataclass(frozen=True, slots=True)
class RevisionConflicts:
    """Finds rows that differ from the stored row of their key at the same revision.

    Attributes:
        table: The table that the rows were written to.
        revision: The column of the revision; None if the key identifies something immutable.
        ignored: Columns in which equal revisions may differ.
    """

    table: Table
    revision: str | None
    ignored: frozenset[str] = frozenset()

    async def among(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Return the indexes of the rows that contradict the stored ones.

        Args:
            connection: Of the transaction that has just applied the rows.
            rows: With the columns of the table, or some of them.
        """
        names = [column.name for column in self.table.primary_key.columns]
        key = tuple_(*(self.table.c[name] for name in names))
        keys = [tuple(row[name] for name in names) for row in rows]
        stored: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        for some in in_portions(sorted(set(keys))):
            result = await connection.execute(select(self.table).where(key.in_(some)))
            stored.update({tuple(row[name] for name in names): row for row in map(dict, result.mappings())})
        return [
            place
            for place, (key, row) in enumerate(zip(keys, rows, strict=True))
            if key in stored and self._contradicts(stored[key], row)
        ]

    def _contradicts(self, stored: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
        if self.revision is not None and stored[self.revision] != row[self.revision]:
            return False
        compared = (row.keys() & stored.keys()) - self.ignored
        return any(_plain(stored[name]) != _plain(row[name]) for name in compared)


def _plain(value: Any) -> Any:
    """Convert tuples to lists for comparison."""
    return list(value) if isinstance(value, tuple) else value
