"""The source over Kafka: joining the group, reading, and whose history the offsets count."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError

from consumers.stream.histories import Histories, check_same
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from consumers.stream.source import Assignment, Bounds, Revoked

log = structlog.get_logger(__name__)
CLOSE_SECONDS = 2.0
ANSWER_SECONDS = 5.0
FETCH_WAIT_MILLISECONDS = 200
"""How long the broker holds a fetch with nothing to answer; the embedded one holds it to the end."""

FETCH_BYTES = 16 * 2**20
PARTITION_BYTES = 2**20
"""Most that is fetched ahead of a partition, and at once of all: it bounds the memory."""

JOINING_MILLISECONDS = 5_000
"""How much longer than a session a request may take: to join, a member waits for the others that long."""


class KafkaSource:
    """A member of a Kafka group."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        histories: Histories,
        generations: Mapping[str, str],
        revoked: Revoked,
    ) -> None:
        self.assignment = Assignment()
        self._consumer = consumer
        self._histories = histories
        self._generations = generations
        self._revoked = revoked

    @classmethod
    async def join(
        cls, settings: StreamSettings, group: str, topics: Sequence[str], revoked: Revoked
    ) -> "KafkaSource":
        """A member with its first assignment.

        Raises:
            KafkaError: the brokers cannot be reached, or refuse.
        """
        histories = await Histories.open(settings, settings.generation or await cluster_id(settings))
        consumer = _consumer(settings, group)
        try:
            source = cls(consumer, histories, await histories.of_all(topics), revoked)
            consumer.subscribe(list(topics), listener=_Listener(source))
            await consumer.start()
        except BaseException:
            await _close(consumer, histories)
            raise
        return source

    async def poll(
        self, partitions: Collection[Partition], seconds: float, most: int
    ) -> Mapping[Partition, Sequence[Record]]:
        """Records that come next in some of the partitions."""
        wanted = {_place(partition): partition for partition in partitions}
        try:
            polled = await self._consumer.getmany(*wanted, timeout_ms=round(seconds * 1000), max_records=most)
        except NoOffsetForPartitionError:
            return {}  # of a partition just assigned: its stored position is about to be sought
        return {
            wanted[place]: [Record.of_kafka(record) for record in records]
            for place, records in polled.items()
        }

    def seek(self, partition: Partition, offset: int) -> None:
        """Goes on from an offset."""
        with suppress(IllegalStateError):
            self._consumer.seek(_place(partition), offset)

    def only(self, partitions: Collection[Partition]) -> None:
        """Fetches these partitions, and pauses the others, whose fetched records are forgotten."""
        wanted = {_place(partition) for partition in partitions}
        paused, assigned = self._consumer.paused(), self._consumer.assignment()
        self._consumer.resume(*(wanted & paused & assigned))
        self._consumer.pause(*(assigned - wanted - paused))

    async def passed(self, partition: Partition) -> int:
        """Up to where a partition was read; 0 where it is not assigned any more."""
        place = _place(partition)
        return int(await self._consumer.position(place)) if place in self._consumer.assignment() else 0

    def partitions(self, topic: str) -> Collection[Partition]:
        """All partitions of a topic, as far as the brokers have told."""
        numbers = self._consumer.partitions_for_topic(topic) or ()
        return [Partition(topic, number, self._generations[topic]) for number in numbers]

    async def bounds(self, partitions: Collection[Partition]) -> Mapping[Partition, Bounds]:
        """The offsets that partitions have."""
        places = {partition: _place(partition) for partition in partitions}
        if not places:
            return {}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                firsts = await self._consumer.beginning_offsets(list(places.values()))
                ends = await self._consumer.end_offsets(list(places.values()))
        except TimeoutError as fault:
            raise KafkaError("the brokers do not answer") from fault
        return {partition: Bounds(firsts[place], ends[place]) for partition, place in places.items()}

    def end(self, partition: Partition) -> int | None:
        """The end of a partition when something was fetched from it last."""
        place = _place(partition)
        if place not in self._consumer.assignment():
            return None
        end: int | None = self._consumer.last_stable_offset(place)
        return end

    async def verify(self) -> None:
        """Compares the topics' ids with those that they had when the group was joined."""
        check_same(self._generations, await self._histories.of(self._generations.keys()))

    async def hint(self, positions: Mapping[Partition, int]) -> None:
        """Tells Kafka the positions."""
        offsets = {_place(partition): offset for partition, offset in positions.items()}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._consumer.commit(offsets)
        except (KafkaError, IllegalStateError, TimeoutError) as fault:
            log.info("kafka_hint_failed", error=repr(fault))

    async def leave(self) -> None:
        """Leaves the group and closes the connections."""
        await _close(self._consumer, self._histories)

    async def revoke(self) -> None:
        """Nothing is assigned until the group has agreed anew."""
        self.assignment.change(())
        await self._revoked()

    def assign(self, places: Collection[TopicPartition]) -> None:
        """Takes what the group agreed upon; nothing of it is read before its stored position is known."""
        self._consumer.pause(*places)
        self.assignment.change(
            [Partition(place.topic, place.partition, self._generations[place.topic]) for place in places]
        )


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no type hints
    """Hands on what the group agrees upon; aiokafka swallows whatever it raises."""

    def __init__(self, source: KafkaSource) -> None:
        self._source = source

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """The group begins to agree anew: all partitions are taken back at first."""
        del revoked
        await self._source.revoke()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """The group has agreed."""
        self._source.assign(assigned)


def _consumer(settings: StreamSettings, group: str) -> AIOKafkaConsumer:
    # The assignor keeps what it knows of this member in its class: each member needs a class of its own.
    assignor = type("OwnStickyAssignor", (StickyPartitionAssignor,), {})
    return bounded_consumer(settings, group, partition_assignment_strategy=(assignor,))


def bounded_consumer(settings: StreamSettings, group: str, **more: Any) -> AIOKafkaConsumer:
    """A consumer that is bounded in memory, and whose position nobody moves but us."""
    session = round(settings.session_seconds * 1000)
    return AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap,
        group_id=group,
        client_id=group,
        enable_auto_commit=False,
        fetch_max_wait_ms=FETCH_WAIT_MILLISECONDS,
        fetch_max_bytes=FETCH_BYTES,
        max_partition_fetch_bytes=PARTITION_BYTES,
        request_timeout_ms=session + JOINING_MILLISECONDS,
        session_timeout_ms=session,
        heartbeat_interval_ms=max(100, session // 4),
        # A position that Kafka does not have is for a person to look at; it must never choose one by itself.
        auto_offset_reset="none",
        # What a producer took back in a transaction never happened.
        isolation_level="read_committed",
        **more,
    )


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


async def _close(consumer: AIOKafkaConsumer, histories: Histories) -> None:
    with suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await consumer.stop()
    await histories.close()


def _place(partition: Partition) -> TopicPartition:
    return TopicPartition(partition.topic, partition.number)
