"""The lag of consumer groups: how many records each has not applied yet, and since when the oldest waits."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from consumers.stream.broker.kafka_client import bounded_consumer, partitions_of
from consumers.stream.cell_partitions import CellPartitions
from consumers.stream.settings import StreamSettings

OLDEST_SECONDS: Final = 3.0
MAX_CONCURRENT_GROUPS: Final = 4


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far a group is behind in a partition.

    Attributes:
        committed: The next offset that it reads, as last committed to Kafka; None before the first commit.
        end: The next record that will be written.
        lag: How many offsets lie between; those of aborted transactions and compacted records count.
        oldest_at: When the oldest record that waits was produced; None if none waits, or if it is unknown.
    """

    group: str
    topic: str
    partition: int
    committed: int | None
    end: int
    lag: int
    oldest_at: datetime | None


async def read_lag(
    settings: StreamSettings,
    groups: Mapping[str, Collection[str]],
    cells: Mapping[str, CellPartitions] | None = None,
) -> list[PartitionLag]:
    """Return the lag of groups in their topics, by group, topic and partition.

    Groups are only observed: nothing joins them, and nothing is committed.

    Args:
        settings: Where Kafka is.
        groups: The topics of each group. Topics that do not exist are left out.
        cells: The partitions of groups that are of a cell; all other groups read all partitions.

    Raises:
        KafkaError: The brokers cannot be reached.
        TimeoutError: They do not answer.
    """
    partitions = await partitions_of(settings, {topic for topics in groups.values() for topic in topics})
    admitted = asyncio.Semaphore(MAX_CONCURRENT_GROUPS)

    async def one(group: str, topics: Collection[str]) -> list[PartitionLag]:
        async with admitted:
            cell = (cells or {}).get(group)
            read = [
                each
                for each in partitions
                if each.topic in topics and (cell is None or cell.wanted(each.topic, each.partition))
            ]
            return await _lag_of(settings, group, read)

    found = await asyncio.gather(*(one(group, topics) for group, topics in sorted(groups.items())))
    return [each for lags in found for each in lags]


async def _lag_of(
    settings: StreamSettings, group: str, partitions: Sequence[TopicPartition]
) -> list[PartitionLag]:
    consumer = bounded_consumer(settings, group)
    try:
        await consumer.start()
        consumer.assign(partitions)
        firsts = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        committed = {each: await consumer.committed(each) for each in partitions}
        begins = {each: max(committed[each] or 0, firsts[each]) for each in partitions}
        behind = {each: begins[each] for each in partitions if ends[each] > begins[each]}
        oldest = await _oldest(consumer, behind)
    finally:
        await consumer.stop()
    return [
        PartitionLag(
            group,
            each.topic,
            each.partition,
            committed[each],
            ends[each],
            max(0, ends[each] - begins[each]),
            oldest.get(each),
        )
        for each in partitions
    ]


async def _oldest(
    consumer: AIOKafkaConsumer, begins: Mapping[TopicPartition, int]
) -> dict[TopicPartition, datetime]:
    """Return when the first record from each offset was produced, as far as they can be read in time."""
    found: dict[TopicPartition, datetime] = {}
    if not begins:
        return found
    consumer.assign(list(begins))
    for partition, offset in begins.items():
        consumer.seek(partition, offset)
    deadline = time.monotonic() + OLDEST_SECONDS
    while len(found) < len(begins) and (left := deadline - time.monotonic()) > 0:
        waiting = [each for each in begins if each not in found]
        try:
            read = await consumer.getmany(*waiting, timeout_ms=round(left * 1000), max_records=len(waiting))
        except KafkaError:
            break  # without the ages the lag is still worth showing
        for partition, records in read.items():
            if records and partition not in found:
                found[partition] = datetime.fromtimestamp(records[0].timestamp / 1000, UTC)
    return found
