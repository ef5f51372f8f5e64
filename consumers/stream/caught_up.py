"""Tells whether a database has applied what its topics held at a moment: for whoever must not act on less."""

from collections.abc import Collection
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from consumers.stream.histories import Histories
from consumers.stream.kafka import bounded_consumer, cluster_id
from consumers.stream.positions import Positions
from consumers.stream.records import Partition
from consumers.stream.settings import StreamSettings
from storage.database import Database


@dataclass
class CatchUp:
    """Compares stored positions with the ends that topics had when they were first seen.

    Attributes:
        settings: where Kafka is.
        topics: the topics.
        database: the database whose positions are compared.
        positions: its position table.
    """

    settings: StreamSettings
    topics: Collection[str]
    database: Database
    positions: Positions
    _ends: dict[Partition, int] | None = field(default=None, init=False)

    async def behind(self) -> dict[Partition, int]:
        """Return how many offsets each partition has to be read further; empty once all were applied.

        Raises:
            KafkaError: the brokers cannot be reached, or a topic is missing.
            SQLAlchemyError: the database cannot be read.
            TopicMadeAnew: what was read before was another topic of that name.
        """
        if self._ends is None:
            self._ends = await self._present_ends()
        async with self.database.home.read() as connection:
            stored = await self.positions.load(connection, self._ends)
        left = {partition: end - stored.get(partition, 0) for partition, end in self._ends.items()}
        return {partition: records for partition, records in left.items() if records > 0}

    async def _present_ends(self) -> dict[Partition, int]:
        """Read the ends of all partitions that hold records."""
        histories = await Histories.open(
            self.settings, self.settings.generation or await cluster_id(self.settings)
        )
        try:
            generations = await histories.of_all(self.topics)
        finally:
            await histories.close()
        places = await self._partitions()
        consumer: AIOKafkaConsumer = bounded_consumer(self.settings, "furlong-catch-up")
        try:
            await consumer.start()
            begins = await consumer.beginning_offsets(places)
            ends = await consumer.end_offsets(places)
        finally:
            await consumer.stop()
        return {
            Partition(place.topic, place.partition, generations[place.topic]): ends[place]
            for place in places
            if ends[place] > begins[place]
        }

    async def _partitions(self) -> list[TopicPartition]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.bootstrap)
        try:
            await admin.start()
            found = await admin.describe_topics(sorted(self.topics))
        finally:
            await admin.close()
        return [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in found
            for partition in topic["partitions"]
        ]
