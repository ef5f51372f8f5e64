"""Determines whether a database has caught up with its topics, for jobs that must not act before that."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from consumers.stream.broker.broker_generation import BrokerGenerations
from consumers.stream.broker.kafka_client import bounded_consumer, cluster_id, partitions_of, running_client
from consumers.stream.consumer import Consumer
from consumers.stream.database.own_cluster import require_own_cluster
from consumers.stream.database.positions import Positions
from consumers.stream.records import Partition
from consumers.stream.settings import StreamSettings
from foundation.storage.database import Database


@dataclass
class CatchUp:
    """Compares stored positions with the ends that the topics had at the first call.

    Attributes:
        settings: The settings of Kafka.
        topics: The topics to compare.
        database: The database whose positions are compared.
        positions: The position table of that database.
        shared: The topics among them of which every cell reads all partitions.
    """

    settings: StreamSettings
    topics: Collection[str]
    database: Database
    positions: Positions
    shared: Collection[str] = ()
    _ends: dict[Partition, int] | None = field(default=None, init=False)

    @classmethod
    def of(cls, consumer: Consumer) -> "CatchUp":
        """Return the comparison of what a consumer reads, which need not run, over its own database."""
        topics = {topic.name: topic.shared for topic in consumer.app.topics}
        shared = {name for name, is_shared in topics.items() if is_shared}
        return cls(consumer.settings, set(topics), consumer.database, consumer.sink.positions, shared)

    async def close(self) -> None:
        """Close the database."""
        await self.database.close()

    async def behind(self) -> dict[Partition, int]:
        """Return how many offsets each partition is behind; empty once everything was applied.

        Raises:
            KafkaError: The brokers cannot be reached, or a topic is missing.
            SQLAlchemyError: The database cannot be read.
            MixedInstallations: The database belongs to another cluster.
            TopicRecreated: A stored position belongs to a deleted topic of the same name.
        """
        if self._ends is None:
            self._ends = await self._load_ends()
        async with self.database.read() as connection:
            stored = await self.positions.load(connection, self._ends)
        behind = {partition: end - stored.get(partition, 0) for partition, end in self._ends.items()}
        return {partition: records for partition, records in behind.items() if records > 0}

    async def _load_ends(self) -> dict[Partition, int]:
        """Return the present ends of all partitions that hold records, and that the database's cell reads."""
        cluster = self.settings.generation or await cluster_id(self.settings)
        if self.settings.generation is None:
            await require_own_cluster(self.database, cluster)
        broker_generations = await BrokerGenerations.open(self.settings, cluster)
        try:
            generations = await broker_generations.require(self.topics)
        finally:
            await broker_generations.close()
        partitions = await self._partitions()
        async with running_client(bounded_consumer(self.settings, "furlong-catch-up")) as consumer:
            firsts = await consumer.beginning_offsets(partitions)
            ends = await consumer.end_offsets(partitions)
        return {
            Partition(partition.topic, partition.partition, generations[partition.topic]): ends[partition]
            for partition in partitions
            if ends[partition] > firsts[partition] and self._reads(partition)
        }

    def _reads(self, partition: TopicPartition) -> bool:
        cell = self.database.fence.cell
        return cell is None or partition.topic in self.shared or cell.owns(partition.partition)

    async def _partitions(self) -> Sequence[TopicPartition]:
        partitions = await partitions_of(self.settings, self.topics)
        if missing := set(self.topics) - {partition.topic for partition in partitions}:
            raise KafkaError(f"topics are missing: {', '.join(sorted(missing))}")
        return partitions
