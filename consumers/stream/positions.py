"""SQL of the stored positions: how far a partition has been applied."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.errors import PositionMoved, TopicMadeAnew
from consumers.stream.histories import cluster_of, has_id
from consumers.stream.records import Partition
from storage.bulk_sql import MultiRow
from storage.clock import Clock
from storage.columns import upsert


@dataclass(frozen=True, slots=True)
class Positions:
    """The position table of one subgraph's database.

    Attributes:
        moves: writes positions, over those that are there.
    """

    table: Table
    dialect: str
    clock: Clock
    moves: MultiRow

    @classmethod
    def of(cls, table: Table, dialect: str, clock: Clock) -> "Positions":
        """The positions in a table."""
        moves = MultiRow.into(dialect, table, update=("next_offset", "updated_at"))
        return cls(table, dialect, clock, moves)

    async def load(
        self, connection: AsyncConnection, partitions: Collection[Partition]
    ) -> dict[Partition, int]:
        """The first offset not applied yet, of each partition that has been read before.

        Raises:
            TopicMadeAnew: what was read before was another topic of that name.
        """
        columns = (self.table.c.topic, self.table.c.partition)
        places = sorted({(partition.topic, partition.number) for partition in partitions})
        rows = await self._read(connection, self._rows_of(tuple_(*columns).in_(places)))
        found = {partition: _found(partition, rows) for partition in partitions}
        return {partition: offset for partition, offset in found.items() if offset is not None}

    async def lock(
        self, connection: AsyncConnection, expected: Mapping[Partition, int], initial: Mapping[Partition, int]
    ) -> None:
        """Locks positions until the transaction ends, making the rows of those that have none.

        Args:
            connection: in a write transaction.
            expected: the positions that the batch follows on.
            initial: the positions of those that have none: where their partitions begin, even if more was
                applied once, as a database has forgotten it that came back from a copy of itself.

        Raises:
            PositionMoved: other positions are stored.
        """
        stored = await self.hold(connection, initial)
        moved = {
            partition: stored[partition] for partition, at in expected.items() if stored[partition] != at
        }
        if moved:
            raise PositionMoved(moved, expected)

    async def hold(
        self, connection: AsyncConnection, initial: Mapping[Partition, int]
    ) -> dict[Partition, int]:
        """Locks positions until the transaction ends; those that were never stored are made as given."""
        query = self._query(initial).with_for_update()
        stored = await self._read(connection, query)
        missing = initial.keys() - stored.keys()
        if missing:
            known = await self.load(connection, missing)
            rows = self._rows({partition: known.get(partition, initial[partition]) for partition in missing})
            await connection.execute(upsert(self.dialect, self.table, rows))
            stored = await self._read(connection, query)
        return stored

    async def store(self, connection: AsyncConnection, next_offsets: Mapping[Partition, int]) -> None:
        """Moves locked positions."""
        now = self.clock.now()
        rows = [(*partition, offset, now) for partition, offset in sorted(next_offsets.items())]
        await self.moves.execute(connection, rows)

    async def advance(
        self,
        connection: AsyncConnection,
        partition: Partition,
        expected: int,
        next_offset: int,
        initial: int,
    ) -> None:
        """Moves a position over offsets that hold no record, unless somebody else has moved it."""
        held = await self.hold(connection, {partition: initial})
        if held[partition] == expected:
            await self.store(connection, {partition: next_offset})

    def _query(self, partitions: Collection[Partition]) -> Select[tuple[str, int, str, int]]:
        columns = (self.table.c.topic, self.table.c.partition, self.table.c.generation)
        return self._rows_of(tuple_(*columns).in_(sorted(partitions)))

    def _rows_of(self, those: ColumnElement[bool]) -> Select[tuple[str, int, str, int]]:
        columns = (self.table.c.topic, self.table.c.partition, self.table.c.generation)
        return select(*columns, self.table.c.next_offset).where(those).order_by(*columns)

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


def _found(partition: Partition, rows: Mapping[Partition, int]) -> int | None:
    """Of a partition's rows in all generations, the one that counts its offsets."""
    if partition in rows:
        return rows[partition]
    others = [one for one in rows if one[:2] == partition[:2]]
    cluster = cluster_of(partition.generation)
    for one in others:
        if one.generation == cluster:
            return rows[one]  # stored while nobody knew of topics' ids
    for one in others:
        if has_id(partition.generation) and cluster_of(one.generation) == cluster:
            raise TopicMadeAnew(
                f"{partition.topic}/{partition.number} was deleted and made anew: it is "
                f"{partition.generation} now, and the stored position {rows[one]} is of {one.generation}"
            )
    return None
