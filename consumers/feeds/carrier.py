"""One membership of a feed's group: reads records, publishes what they mean, then commits the position."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, NoOffsetForPartitionError

from consumers.feeds.feed import AnyFeed
from consumers.feeds.letters import Letters
from consumers.feeds.metrics import FeedMetrics
from consumers.feeds.progress import Progress
from consumers.stream.deadletters import Refused
from consumers.stream.errors import Poison
from consumers.stream.limits import DeadLetterLimit
from consumers.stream.records import Record

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Carrier:
    """Carries batches over, one at a time: nothing is polled before the brokers have what came before.

    The position is committed after that. Whatever happens in between is done again, with the same messages:
    their readers tell by the bet's revision.

    Attributes:
        into: the topic that the messages go to.
        turn: held while a batch is under way.
        committed: how many batches were, in all.
        moved_at: when the last one was, or when there was none to carry, on the monotonic clock.
    """

    feed: AnyFeed
    into: str
    consumer: AIOKafkaConsumer
    producer: AIOKafkaProducer
    letters: Letters
    limit: DeadLetterLimit
    metrics: FeedMetrics
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    committed: int = 0
    moved_at: float = field(default_factory=time.monotonic)

    async def step(self, seconds: float, most: int) -> None:
        """Carries over what comes next, waiting for it at most so long.

        Raises:
            TooManyDeadLetters: the platform must be broken; nothing of the batch is published.
            KafkaError: the brokers refuse, or do not answer.
        """
        polled = await self._poll(seconds, most)
        if not polled:
            return
        async with self.turn:
            records = [Record.of_kafka(one) for some in polled.values() for one in some]
            messages, refused = self._mapped(records)
            self.limit.check(self.letters.topic, len(records), refused)
            await self._publish(messages)
            for one in refused:
                await self.letters.publish(one)
            await self.commit({place: some[-1].offset + 1 for place, some in polled.items()})
            self._note(records, len(refused))

    async def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        """Notes with the brokers where to go on, once they have all that comes before."""
        try:
            await self.consumer.commit(dict(positions))
        except (CommitFailedError, IllegalStateError) as fault:
            # The group has given the partitions to others meanwhile, who publish the same once more.
            log.info("feed_position_refused", feed=self.feed.name, error=repr(fault))

    async def _poll(self, seconds: float, most: int) -> Mapping[TopicPartition, Sequence[Any]]:
        try:
            return dict(await self.consumer.getmany(timeout_ms=round(seconds * 1000), max_records=most))
        except NoOffsetForPartitionError:
            await self._begin()
            return {}

    async def _begin(self) -> None:
        """Goes to the start of partitions that were never read: there is no position of theirs."""
        for place in self.consumer.assignment():
            if await self.consumer.committed(place) is None:
                log.info("feed_begins", feed=self.feed.name, topic=place.topic, partition=place.partition)
                await self.consumer.seek_to_beginning(place)

    def _mapped(self, records: Sequence[Record]) -> tuple[list[Progress], list[Refused]]:
        messages: list[Progress] = []
        refused: list[Refused] = []
        for record in records:
            try:
                messages.append(self.feed.message(record))
            except Poison as found:
                refused.append(Refused(record, found.reason))
        return messages, refused

    async def _publish(self, messages: Sequence[Progress]) -> None:
        """Sends all, in order, and waits as long as it takes: a broker that is away holds the feed up."""
        sent = [
            await self.producer.send(
                self.into, value=message.value, key=message.key, headers=list(message.headers)
            )
            for message in messages
        ]
        for result in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    def _note(self, records: Sequence[Record], dead: int) -> None:
        name = self.feed.name
        self.committed, self.moved_at = self.committed + 1, time.monotonic()
        self.limit.note(self.letters.topic, len(records), dead)
        self.metrics.batches.labels(name).inc()
        self.metrics.records.labels(name).inc(len(records))
        self.metrics.dead_letters.labels(name).inc(dead)
        times = [record.timestamp.timestamp() for record in records if record.timestamp is not None]
        self.metrics.carried(name, max(times, default=None))
