"""Finds the Kafka record of a bet on demand: positions are not kept, because each bet would cost more."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from backoffice.access import Actor
from backoffice.errors import Conflict, NotFound
from backoffice.support.lookup.explanations import BetExplanations
from consumers.stream.broker.kafka_client import bounded_consumer, partitions_of, running_client
from consumers.stream.settings import StreamSettings
from subgraphs.club_kit.topics import PROGRESS_TOPIC
from subgraphs.progress.counting.contribution import Bet

CLOCKS_DIFFER: Final = timedelta(minutes=1)
SECONDS: Final = 5.0
LAST_RECORDS: Final = 20_000
"""How many of a partition's last records are searched if Kafka knows none since the bet happened."""


@dataclass(frozen=True, slots=True)
class BetRecord:
    """Where the revision of a bet that is in force was read.

    Attributes:
        event_id: The message's own id, if it has one.
        occurred_at: When the revision happened.
        arrived_at: The record's timestamp, which the broker or the producer set.
        arrival_by_broker: Whether it was the broker.
    """

    topic: str
    partition: int
    offset: int
    revision: int
    event_id: str | None
    occurred_at: datetime
    arrived_at: datetime
    arrival_by_broker: bool


@dataclass(frozen=True, slots=True)
class BetRecords:
    """Finds the records of bets.

    Attributes:
        explanations: Reads bets for people who may see them, and records each look.
        seconds: How long a search may take.
    """

    stream: StreamSettings
    explanations: BetExplanations
    seconds: float = field(default=SECONDS)

    async def of_bet(self, actor: Actor, brand: str, bet_id: str) -> BetRecord:
        """Find the record of the revision of a bet that is in force.

        Raises:
            Forbidden: The actor may not look at this brand's customers.
            NotFound: The brand has no such bet, or Kafka does not have its record any more.
            Conflict: Kafka does not answer, or there is too much to search in the time.
        """
        bet = (await self.explanations.of_bet(actor, brand, bet_id)).bet
        try:
            async with asyncio.timeout(2 * self.seconds), running_client(_consumer(self.stream)) as consumer:
                record, searched = await self._search(consumer, bet)
        except (KafkaError, TimeoutError) as error:
            raise Conflict("Kafka isn't answering, so its message can't be found now. Try again.") from error
        if record is None:
            raise NotFound(
                f"Revision {bet.revision} of the bet is not among {searched} records of {PROGRESS_TOPIC} "
                f"since {bet.occurred_at:%Y-%m-%d %H:%M} UTC. It may be older than the topic's retention, or "
                "have been produced long after it happened."
            )
        return record

    async def _search(self, consumer: AIOKafkaConsumer, bet: Bet) -> tuple[BetRecord | None, int]:
        partitions = await partitions_of(self.stream, [PROGRESS_TOPIC])
        starts = await _starts(consumer, partitions, bet.occurred_at - CLOCKS_DIFFER)
        usual = [start for start in starts if start.partition == _usual_partition(bet, partitions)]
        searched, deadline = 0, time.monotonic() + self.seconds
        others = [partition for partition in starts if partition not in usual]
        try:
            for some in (usual, others):  # producers may spread keys otherwise
                async for record in _records(
                    consumer, {partition: starts[partition] for partition in some}, deadline
                ):
                    searched += 1
                    if (bet_record := _record_of(record, bet)) is not None:
                        return bet_record, searched
        except _TimeIsOver as fault:
            if not searched:
                raise
            raise Conflict(
                f"Only {searched} of the records of {PROGRESS_TOPIC} could be searched in {self.seconds:g} "
                f"seconds, and revision {bet.revision} of the bet is not among them. Try again."
            ) from fault
        return None, searched


class _TimeIsOver(TimeoutError):
    """The time is over before all records were read."""


def _consumer(settings: StreamSettings) -> AIOKafkaConsumer:
    # It joins no group and commits nothing: the name is for the broker's logs.
    return bounded_consumer(settings, f"furlong-lookup-{uuid.uuid4().hex[:8]}")


def _usual_partition(bet: Bet, partitions: Sequence[TopicPartition]) -> int | None:
    """Return the partition in which Java's and aiokafka's producers put the customer's key."""
    numbers = [partition.partition for partition in partitions]
    return DefaultPartitioner()(":".join(bet.owner).encode(), numbers, numbers) if numbers else None


async def _starts(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], since: datetime
) -> dict[TopicPartition, tuple[int, int]]:
    """Return where to begin in each partition that has records, and where it ends."""
    consumer.assign(list(partitions))
    firsts = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    at = int(since.timestamp() * 1000)
    offsets = await consumer.offsets_for_times(dict.fromkeys(partitions, at))
    starts = {}
    for partition in partitions:
        known = offsets.get(partition)
        start = max(firsts[partition], ends[partition] - LAST_RECORDS) if known is None else known.offset
        if start < ends[partition]:
            starts[partition] = (start, ends[partition])
    return starts


async def _records(
    consumer: AIOKafkaConsumer, ranges: Mapping[TopicPartition, tuple[int, int]], deadline: float
) -> AsyncIterator[ConsumerRecord[Any, Any]]:
    """Yield the records of ranges of offsets.

    Raises:
        _TimeIsOver: The deadline has come before their end.
    """
    left = dict(ranges)
    consumer.assign(list(left))
    for partition, (start, _) in left.items():
        consumer.seek(partition, start)
    while left:
        if (seconds := deadline - time.monotonic()) <= 0:
            raise _TimeIsOver
        read = await consumer.getmany(*left, timeout_ms=round(min(seconds, 0.5) * 1000))
        for records in read.values():
            for record in records:
                yield record
        for partition in [each for each in left if await consumer.position(each) >= left[each][1]]:
            del left[partition]
            consumer.pause(partition)


def _record_of(record: ConsumerRecord[Any, Any], bet: Bet) -> BetRecord | None:
    value = record.value
    if value is None or bet.bet_id.encode() not in value:
        return None
    try:
        body = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):  # not JSON, or nested too deeply
        return None
    wanted = {"brand_id": bet.brand, "bet_id": bet.bet_id, "bet_revision": bet.revision}
    if not isinstance(body, dict) or any(body.get(name) != value for name, value in wanted.items()):
        return None
    event_id = body.get("event_id")
    return BetRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        revision=bet.revision,
        event_id=event_id if isinstance(event_id, str) else None,
        occurred_at=bet.occurred_at,
        arrived_at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        arrival_by_broker=record.timestamp_type == 1,
    )
