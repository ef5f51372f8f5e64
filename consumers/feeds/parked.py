"""A feed's dead letters, read back from the topic on which they were parked, and mapped again."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from consumers.feeds.clients import close, create_reader
from consumers.feeds.feed import AnyFeed
from consumers.feeds.letters import CUT, TOLD
from consumers.feeds.progress import PROGRESS_TOPIC
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.relay import SUFFIX
from consumers.stream.settings import StreamSettings

PATIENCE_SECONDS: Final = 30.0
POLL_MILLISECONDS: Final = 200


class Place(NamedTuple):
    """Where a letter lies on its topic."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Parked:
    """A dead letter of a feed.

    Attributes:
        record: as it came on the feed's topic.
        generation: of the broker that it came from.
        whole: False where its bytes were too many to be parked.
    """

    place: Place
    record: Record
    reason: str
    generation: str
    parked_at: datetime | None
    whole: bool

    @classmethod
    def of(cls, found: Record) -> "Parked":
        """From a record of the dead letters' topic; what it does not tell is taken from where it lies."""
        told = {name: value.decode(errors="replace") for name, value in found.headers if value is not None}
        partition, offset = told.get(TOLD + "partition", ""), told.get(TOLD + "offset", "")
        record = Record(
            topic=told.get(TOLD + "topic", found.topic),
            partition=int(partition) if partition.isdecimal() else found.partition,
            offset=int(offset) if offset.isdecimal() else found.offset,
            key=found.key,
            value=found.value,
            headers=tuple(one for one in found.headers if not one[0].startswith(TOLD)),
            timestamp=found.timestamp,
        )
        reason, generation = told.get(TOLD + "reason", ""), told.get(TOLD + "generation", "")
        place = Place(found.partition, found.offset)
        return cls(place, record, reason, generation, found.timestamp, CUT not in found.headers)


@dataclass(frozen=True, slots=True)
class ParkedLetters:
    """The dead letters of one feed. Nothing removes them but the topic's own retention.

    Attributes:
        topic: what the feed's topic is called here.
    """

    feed: AnyFeed
    topic: str
    settings: StreamSettings

    async def read(self) -> AsyncGenerator[Parked, None]:
        """All that there are by now, those of a partition in their order.

        Raises:
            KafkaError: the topic is not there, or no broker answers.
        """
        consumer = create_reader(self.settings, self.topic + SUFFIX)
        try:
            await consumer.start()
            async for record in _to_the_end(consumer):
                yield Parked.of(record)
        finally:
            await close(consumer)

    async def publish(self, letter: Parked, producer: AIOKafkaProducer, into: str = PROGRESS_TOPIC) -> None:
        """Publishes what the feed's adapter makes of a letter now. Twice published counts once.

        Raises:
            Poison: it is a dead letter still.
            KafkaError: the brokers refuse it.
        """
        if not letter.whole:
            raise Poison(CUT[1].decode())
        message = self.feed.message(letter.record)
        await producer.send_and_wait(
            into, value=message.value, key=message.key, headers=list(message.headers)
        )


async def _to_the_end(consumer: AIOKafkaConsumer) -> AsyncIterator[Record]:
    """What the consumer's partitions hold at the moment, and no more."""
    places = sorted(consumer.assignment())
    firsts, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    left = {place: end for place, end in ends.items() if firsts[place] < end}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left:
        polled = await consumer.getmany(*left, timeout_ms=POLL_MILLISECONDS)
        for record in _before(polled, left):
            deadline = time.monotonic() + PATIENCE_SECONDS
            yield record
        left = {place: end for place, end in left.items() if await consumer.position(place) < end}
        if time.monotonic() > deadline:
            raise KafkaTimeoutError("the dead letters do not come")


def _before(polled: Any, ends: dict[TopicPartition, int]) -> Iterator[Record]:
    for place, records in polled.items():
        yield from (Record.of_kafka(one) for one in records if one.offset < ends[place])
