"""Dead letters of a feed: records that cannot be mapped, published to `.dlq`, and mapped again."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from consumers.feeds.delivery.kafka_clients import create_reader
from consumers.feeds.mapping.feed import AnyFeed
from consumers.feeds.mapping.progress_message import ProgressMessage
from consumers.stream.broker.kafka_client import running_client
from consumers.stream.database.dead_letter_relay import DEAD_LETTER_SUFFIX
from consumers.stream.database.dead_letters import REASON_CHARACTERS, RECENT, RejectedRecord
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from foundation.logs import impersonal
from subgraphs.club_kit.topics import PROGRESS_TOPIC

log = structlog.get_logger(__name__)
Headers = list[tuple[str, bytes]]
ORIGIN_PREFIX: Final = "furlong."
"""The prefix of the headers that say where a letter came from; the others are the record's own."""

VALUE_OMITTED: Final = ("furlong.value", b"too large to be published: see where it came from")
"""The header of a letter that is published without its value."""


@dataclass(frozen=True, slots=True)
class FeedDeadLetters:
    """Publishes the dead letters of one feed, at least once; their headers say where each came from.

    Attributes:
        topic: The feed's topic.
        generation: The broker generation of that topic.
    """

    feed: str
    topic: str
    generation: str
    producer: AIOKafkaProducer

    @property
    def dead_letter_topic(self) -> str:
        """Return the topic that the letters are published to."""
        return self.topic + DEAD_LETTER_SUFFIX

    async def publish(self, refused: RejectedRecord) -> None:
        """Publish one record with the reason, and return when the brokers have it.

        Raises:
            KafkaError: The brokers refuse it.
        """
        record, headers = refused.record, self._headers(refused)
        key = b"" if record.key is None and record.value is None else record.key
        try:
            await self.producer.send_and_wait(
                self.dead_letter_topic, value=record.value, key=key, headers=headers
            )
        except MessageSizeTooLargeError:  # the headers make it larger than the original record was
            await self.producer.send_and_wait(
                self.dead_letter_topic, value=None, key=key or b"", headers=[*headers, VALUE_OMITTED]
            )
        log.warning(
            "dead_letter",
            feed=self.feed,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=impersonal(refused.reason, quoted=False),
            event_id=record.header("event_id"),
            traceparent=record.header("traceparent"),
        )

    async def recent(self, consumer: AIOKafkaConsumer, now: float) -> int:
        """Return how many letters any process has published in the last minutes.

        Raises:
            KafkaError: The topic does not exist, or no broker answers.
        """
        numbers = await self.producer.partitions_for(self.dead_letter_topic)
        partitions = [TopicPartition(self.dead_letter_topic, number) for number in numbers]
        since = round((now - RECENT / timedelta(seconds=1)) * 1000)
        firsts = await consumer.offsets_for_times(dict.fromkeys(partitions, since))
        ends = await consumer.end_offsets(partitions)
        return sum(ends[partition] - first.offset for partition, first in firsts.items() if first is not None)

    def _headers(self, refused: RejectedRecord) -> Headers:
        """Return the record's own headers, including `traceparent`, and those that say where it came from."""
        record = refused.record
        origin = {
            "furlong.reason": refused.reason[:REASON_CHARACTERS],
            "furlong.app": f"feed-{self.feed}",
            "furlong.topic": record.topic,
            "furlong.partition": str(record.partition),
            "furlong.offset": str(record.offset),
            "furlong.generation": self.generation,
        }
        original = [(name, value) for name, value in record.headers if value is not None]
        return [*original, *((name, text.encode(errors="replace")) for name, text in origin.items())]


PATIENCE_SECONDS: Final = 30.0
POLL_MILLISECONDS: Final = 200


class LetterPosition(NamedTuple):
    """The partition and offset of a letter on the dead-letter topic."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class ParkedLetter:
    """A dead letter of a feed.

    Attributes:
        position: Where the letter is on the dead-letter topic.
        record: The record as received on the feed's topic.
        generation: The broker generation that the record came from.
        whole: Whether the letter has the record's value; False if it was too large to be published.
    """

    position: LetterPosition
    record: Record
    reason: str
    generation: str
    parked_at: datetime | None
    whole: bool

    @classmethod
    def of(cls, parked: Record) -> "ParkedLetter":
        """Convert a record of the dead-letter topic; its own position stands for a missing origin."""
        origin = {
            name.removeprefix(ORIGIN_PREFIX): value.decode(errors="replace")
            for name, value in parked.headers
            if value is not None and name.startswith(ORIGIN_PREFIX)
        }
        partition, offset = origin.get("partition", ""), origin.get("offset", "")
        record = Record(
            topic=origin.get("topic", parked.topic),
            partition=int(partition) if partition.isdecimal() else parked.partition,
            offset=int(offset) if offset.isdecimal() else parked.offset,
            key=parked.key,
            value=parked.value,
            headers=tuple(header for header in parked.headers if not header[0].startswith(ORIGIN_PREFIX)),
            timestamp=parked.timestamp,
        )
        reason, generation = origin.get("reason", ""), origin.get("generation", "")
        position = LetterPosition(parked.partition, parked.offset)
        return cls(
            position, record, reason, generation, parked.timestamp, VALUE_OMITTED not in parked.headers
        )


@dataclass(frozen=True, slots=True)
class ParkedLetters:
    """The dead letters of one feed; only the topic's retention removes them.

    Attributes:
        topic: The name of the feed's topic in this installation.
    """

    feed: AnyFeed
    topic: str
    settings: StreamSettings

    async def read(self) -> AsyncGenerator[ParkedLetter, None]:
        """Yield all letters present now, those of a partition in their order.

        Raises:
            KafkaError: The topic does not exist, or no broker answers.
        """
        async with running_client(create_reader(self.settings, self.topic + DEAD_LETTER_SUFFIX)) as consumer:
            async for record in _to_the_end(consumer):
                yield ParkedLetter.of(record)

    def message(self, letter: ParkedLetter) -> ProgressMessage:
        """Map a letter with today's adapter.

        Raises:
            Poison: The letter still cannot be mapped.
        """
        if not letter.whole:
            raise Poison(VALUE_OMITTED[1].decode())
        return self.feed.message(letter.record)

    async def publish(
        self, letter: ParkedLetter, producer: AIOKafkaProducer, target_topic: str = PROGRESS_TOPIC
    ) -> None:
        """Map a letter with today's adapter and publish the message; publishing it twice counts once.

        Raises:
            Poison: The letter still cannot be mapped.
            KafkaError: The brokers refuse the message.
        """
        message = self.message(letter)
        await producer.send_and_wait(
            target_topic, value=message.value, key=message.key, headers=list(message.headers)
        )


async def _to_the_end(consumer: AIOKafkaConsumer) -> AsyncIterator[Record]:
    """Yield the records that the consumer's partitions contain now, and no more."""
    assigned = sorted(consumer.assignment())
    firsts, ends = await consumer.beginning_offsets(assigned), await consumer.end_offsets(assigned)
    left = {partition: end for partition, end in ends.items() if firsts[partition] < end}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left:
        polled = await consumer.getmany(*left, timeout_ms=POLL_MILLISECONDS)
        for record in _before(polled, left):
            deadline = time.monotonic() + PATIENCE_SECONDS
            yield record
        left = {partition: end for partition, end in left.items() if await consumer.position(partition) < end}
        if time.monotonic() > deadline:
            raise KafkaTimeoutError("the dead letters do not arrive")


def _before(polled: Any, ends: dict[TopicPartition, int]) -> Iterator[Record]:
    for partition, records in polled.items():
        yield from (Record.of_kafka(record) for record in records if record.offset < ends[partition])
