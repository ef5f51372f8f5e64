"""The connection to Kafka: joining the group, leaving it, and whose history the offsets count."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from consumers.stream.settings import StreamSettings

log = structlog.get_logger(__name__)
CLOSE_SECONDS = 2.0
COMMIT_SECONDS = 5.0
FETCH_WAIT_MILLISECONDS = 200
"""How long the broker holds a fetch with nothing to answer; the embedded one holds it to the end."""


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no type hints
    """The partitions given to this member.

    It only takes notes, and pauses what was given: whatever a listener waits for or raises holds up the
    whole group, or is swallowed.

    Attributes:
        number: counts assignments, so that a change can be noticed.
    """

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.partitions: frozenset[TopicPartition] = frozenset()
        self.number = 0

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Nothing is assigned until the group has agreed anew."""
        del revoked
        self.partitions = frozenset()
        self.number += 1

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Nothing is read from a partition before its stored position is known."""
        self._consumer.pause(*assigned)
        self.partitions = frozenset(assigned)
        self.number += 1


async def join(
    settings: StreamSettings, group: str, topics: Sequence[str]
) -> tuple[AIOKafkaConsumer, Assignment]:
    """A member of the group with its first assignment.

    Raises:
        KafkaError: the brokers cannot be reached, or refuse.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap,
        group_id=group,
        client_id=group,
        enable_auto_commit=False,
        fetch_max_wait_ms=FETCH_WAIT_MILLISECONDS,
        # Positions are the database's: Kafka must never choose one by itself.
        auto_offset_reset="none",
    )
    assignment = Assignment(consumer)
    consumer.subscribe(list(topics), listener=assignment)
    try:
        await consumer.start()
    except BaseException:
        await leave(consumer)
        raise
    return consumer, assignment


async def leave(consumer: AIOKafkaConsumer) -> None:
    """Leaves the group and closes the connections, within seconds."""
    with suppress(TimeoutError, KafkaError):
        await asyncio.wait_for(consumer.stop(), CLOSE_SECONDS)


async def hint(consumer: AIOKafkaConsumer, positions: dict[TopicPartition, int]) -> None:
    """Tells Kafka the positions, for its lag tools; nothing depends on it."""
    try:
        await asyncio.wait_for(consumer.commit(positions), COMMIT_SECONDS)
    except (KafkaError, TimeoutError) as fault:
        log.info("kafka_hint_failed", error=repr(fault))


async def cluster_id(settings: StreamSettings) -> str:
    """The id of the cluster, which names the history that its offsets count.

    Raises:
        KafkaError: the brokers cannot be reached.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    try:
        await admin.start()
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()
