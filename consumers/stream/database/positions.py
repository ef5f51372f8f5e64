"""SQL of the stored positions: up to which offset each partition has been applied."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.broker.broker_generation import cluster_of, has_topic_id
from consumers.stream.errors import PositionMoved, TopicRecreated
from consumers.stream.records import Partition
from foundation.storage.bulk_sql import MultiRow
from foundation.storage.clock import Clock
from foundation.storage.columns import upsert


@dataclass(frozen=True, slots=True)
class Positions:
    """The position table of one subgraph's database.

    Attributes:
        updates: Writes positions over those that are stored.
    """

    table: Table
    dialect: str
    clock: Clock
    updates: MultiRow

    @classmethod
    def of(cls, table: Table, dialect: str, clock: Clock) -> "Positions":
        """Return the positions in a table."""
        updates = MultiRow.into(dialect, table, update=("next_offset", "updated_at"))
        return cls(table, dialect, clock, updates)

    async def load(
        self, connection: AsyncConnection, partitions: Collection[Partition]
    ) -> dict[Partition, int]:
        """Return the first offset not applied yet, of each partition that has a position.

        Raises:
            TopicRecreated: A stored position belongs to a deleted topic of the same name.
        """
        columns = (self.table.c.topic, self.table.c.partition)
        numbers = sorted({(partition.topic, partition.number) for partition in partitions})
        rows = await self._read(connection, self._rows_where(tuple_(*columns).in_(numbers)))
        positions = {partition: _position_in(rows, partition) for partition in partitions}
        return {partition: offset for partition, offset in positions.items() if offset is not None}

    async def lock_expected(
        self, connection: AsyncConnection, expected: Mapping[Partition, int], initial: Mapping[Partition, int]
    ) -> None:
        """Lock positions until the transaction ends, and compare them with the expected ones.

        Args:
            connection: In a write transaction.
            expected: The positions before the batch.
            initial: The positions to store for partitions that have none. They are the partitions' first
                offsets even if more was applied before: a database restored from a copy has forgotten that.

        Raises:
            PositionMoved: Other positions are stored.
        """
        stored = await self.lock(connection, initial)
        moved = {
            partition: stored[partition] for partition, at in expected.items() if stored[partition] != at
        }
        if moved:
            raise PositionMoved(moved, expected)

    async def lock(
        self, connection: AsyncConnection, initial: Mapping[Partition, int]
    ) -> dict[Partition, int]:
        """Lock positions until the transaction ends, storing the initial ones where there are none."""
        query = self._rows_of(initial).with_for_update()
        stored = await self._read(connection, query)
        missing = initial.keys() - stored.keys()
        if missing:
            known = await self.load(connection, missing)
            rows = self._rows({partition: known.get(partition, initial[partition]) for partition in missing})
            await connection.execute(upsert(self.dialect, self.table, rows))
            stored = await self._read(connection, query)
        return stored

    async def store(self, connection: AsyncConnection, next_offsets: Mapping[Partition, int]) -> None:
        """Store new positions over locked ones."""
        now = self.clock.now()
        rows = [(*partition, offset, now) for partition, offset in sorted(next_offsets.items())]
        await self.updates.execute(connection, rows)

    async def advance(
        self,
        connection: AsyncConnection,
        partition: Partition,
        expected: int,
        next_offset: int,
        initial: int,
    ) -> None:
        """Move a position past offsets that hold no record, unless another member has moved it."""
        stored = await self.lock(connection, {partition: initial})
        if stored[partition] == expected:
            await self.store(connection, {partition: next_offset})

    def _rows_of(self, partitions: Collection[Partition]) -> Select[tuple[str, int, str, int]]:
        columns = (self.table.c.topic, self.table.c.partition, self.table.c.generation)
        return self._rows_where(tuple_(*columns).in_(sorted(partitions)))

    def _rows_where(self, clause: ColumnElement[bool]) -> Select[tuple[str, int, str, int]]:
        columns = (self.table.c.topic, self.table.c.partition, self.table.c.generation)
        return select(*columns, self.table.c.next_offset).where(clause).order_by(*columns)

    async def _read(
        self, connection: AsyncConnection, query: Select[tuple[str, int, str, int]]
    ) -> dict[Partition, int]:
        rows = await connection.execute(query)
        return {Partition(row.topic, row.partition, row.generation): row.next_offset for row in rows}

    def _rows(self, offsets: Mapping[Partition, int]) -> list[dict[str, object]]:
        now = self.clock.now()
        return [
            {
                "topic": partition.topic,
                "partition": partition.number,
                "generation": partition.generation,
                "next_offset": offset,
                "updated_at": now,
            }
            for partition, offset in sorted(offsets.items())
        ]


def _position_in(rows: Mapping[Partition, int], partition: Partition) -> int | None:
    """Return a partition's position from its rows in all generations."""
    if partition in rows:
        return rows[partition]
    others = [other for other in rows if other[:2] == partition[:2]]
    cluster = cluster_of(partition.generation)
    for other in others:
        if other.generation == cluster:
            return rows[other]  # stored before topic ids were known
    for other in others:
        if has_topic_id(partition.generation) and cluster_of(other.generation) == cluster:
            raise TopicRecreated(
                f"{partition.topic}/{partition.number} was deleted and recreated: its generation is "
                f"{partition.generation}, but the stored position {rows[other]} belongs to {other.generation}"
            )
    return None
