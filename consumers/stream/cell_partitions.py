"""Which partitions a consumer of a cell reads; stops a consumer that is given others."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from consumers.stream.errors import ForeignCell, Poison
from consumers.stream.records import Partition, Record
from consumers.stream.topics import AnyTopic
from foundation.storage.cells.cell import Cell, partition_of


@dataclass(frozen=True, slots=True)
class CellPartitions:
    """The partitions of a cell: its range of topics that are keyed by customer, and all of the others."""

    cell: Cell
    shared: frozenset[str]

    @classmethod
    def of(cls, cell: Cell | None, topics: Iterable[AnyTopic]) -> "CellPartitions | None":
        """Return the partitions of a cell; None in an installation without cells, which has them all."""
        if cell is None:
            return None
        return cls(cell, frozenset(topic.name for topic in topics if topic.shared))

    def wanted(self, topic: str, number: int) -> bool:
        """Return whether the cell reads a partition."""
        return topic in self.shared or self.cell.owns(number)

    def of_partitions(self, partitions: Iterable[Partition]) -> list[Partition]:
        """Return the given partitions that the cell reads."""
        return [partition for partition in partitions if self.wanted(partition.topic, partition.number)]

    def require(self, partitions: Iterable[Partition]) -> None:
        """Check that all of these partitions are the cell's.

        Raises:
            ForeignCell: Some are another cell's.
        """
        foreign = sorted(
            {
                partition.number
                for partition in partitions
                if not self.wanted(partition.topic, partition.number)
            }
        )
        if foreign:
            listed = ", ".join(str(number) for number in foreign[:10])
            raise ForeignCell(
                f"this consumer is of cell {self.cell}, but was given partitions {listed}: all members of "
                "its group need the same FURLONG_CELL_PARTITIONS"
            )

    def require_count(self, known: Mapping[str, Collection[Partition]]) -> None:
        """Check that topics keyed by customer have as many partitions as the settings say.

        Raises:
            ForeignCell: One has another number, so that its customers' partitions would not be the cell's.
        """
        for topic, partitions in sorted(known.items()):
            if topic not in self.shared and len(partitions) != self.cell.of:
                raise ForeignCell(
                    f"{topic} has {len(partitions)} partitions, but FURLONG_CELL_OF says {self.cell.of}: "
                    "customers would be in other cells than their records"
                )

    def check_key(self, record: Record) -> None:
        """Check that a record is in the partition that Kafka's partitioner chooses for its key.

        Raises:
            Poison: It is not, so that its producer must use another partitioner.
        """
        if record.topic in self.shared:
            return
        expected = partition_of(record.key or b"", self.cell.of)
        if expected != record.partition:
            raise Poison(
                f"the record's key belongs to partition {expected}, not to {record.partition}: its producer "
                "does not partition by murmur2"
            )
