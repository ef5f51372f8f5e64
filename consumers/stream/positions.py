"""SQL of the stored positions: how far a partition has been applied."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Table, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from consumers.stream.errors import PositionMoved
from consumers.stream.records import Partition
from subgraphs.kit.clock import Clock
from subgraphs.kit.columns import upsert


@dataclass(frozen=True, slots=True)
class Positions:
    """The position table of one subgraph's database."""

    table: Table
    dialect: str
    clock: Clock

    async def load(
        self, connection: AsyncConnection, partitions: Collection[Partition]
    ) -> dict[Partition, int]:
        """The first offset not applied yet, of each partition that has been read before."""
        table = self.table
        key = tuple_(table.c.topic, table.c.partition, table.c.generation)
        rows = await connection.execute(select(table).where(key.in_(sorted(partitions))))
        return {Partition(row.topic, row.partition, row.generation): row.next_offset for row in rows}

    async def lock(self, connection: AsyncConnection, partition: Partition, expected: int) -> None:
        """Locks the position until the transaction ends, making its row where there is none.

        Args:
            connection: in a write transaction.
            partition: whose.
            expected: the position that the batch follows on.

        Raises:
            PositionMoved: another position is stored.
        """
        query = select(self.table.c.next_offset).where(self._is(partition)).with_for_update()
        stored = (await connection.execute(query)).scalar_one_or_none()
        if stored is None:
            await self._create(connection, partition, expected)
            stored = (await connection.execute(query)).scalar_one()
        if stored != expected:
            raise PositionMoved(stored, expected)

    async def store(self, connection: AsyncConnection, partition: Partition, next_offset: int) -> None:
        """Moves a locked position."""
        await connection.execute(
            update(self.table)
            .where(self._is(partition))
            .values(next_offset=next_offset, updated_at=self.clock.now())
        )

    async def _create(self, connection: AsyncConnection, partition: Partition, offset: int) -> None:
        row = {
            "topic": partition.topic,
            "partition": partition.number,
            "generation": partition.generation,
            "next_offset": offset,
            "updated_at": self.clock.now(),
        }
        await connection.execute(upsert(self.dialect, self.table, [row]))

    def _is(self, partition: Partition) -> ColumnElement[bool]:
        table = self.table
        return (
            (table.c.topic == partition.topic)
            & (table.c.partition == partition.number)
            & (table.c.generation == partition.generation)
        )
