"""Carries a feed to the progress topic: what one member of its group does, and how it is."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from consumers.feeds.carrier import Carrier
from consumers.feeds.clients import close, create_producer
from consumers.feeds.feed import AnyFeed
from consumers.feeds.letters import Letters
from consumers.feeds.metrics import FeedMetrics
from consumers.feeds.progress import PROGRESS_TOPIC
from consumers.feeds.watch import Watch
from consumers.stream.condition import Condition
from consumers.stream.histories import Histories
from consumers.stream.kafka import bounded_consumer, cluster_id
from consumers.stream.limits import DeadLetterLimit
from consumers.stream.member import REVOKE_SECONDS, Member, beside
from consumers.stream.settings import StreamSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a feed is: like a consumer's health, without a database.

    Attributes:
        live: it should go on; otherwise its process is to be started anew.
        consuming: it has its partitions, and carries what comes.
    """

    live: bool
    consuming: bool
    kafka: bool
    lag: int
    detail: str


class Pump:
    """Carries one feed.

    Attributes:
        feed: which one.
        topic: what the feed's topic is called here.
        into: the topic that its messages go to.
        group: its consumer group, which the position belongs to.
        carrier: what carries one membership's batches.
    """

    def __init__(
        self,
        feed: AnyFeed,
        topic: str,
        settings: StreamSettings,
        metrics: FeedMetrics,
        into: str = PROGRESS_TOPIC,
    ) -> None:
        self.feed, self.topic, self.into, self.group = feed, topic, into, f"furlong-feed-{feed.name}"
        self.carrier: type[Carrier] = Carrier
        self._settings, self._metrics = settings, metrics
        self._limit = DeadLetterLimit(settings.dead_letter_limit, settings.dead_letter_share)
        self._condition = Condition()
        self._watch: Watch | None = None
        self._committed = 0
        self._member = Member(
            group=self.group,
            settings=settings,
            condition=self._condition,
            committed=lambda: self._committed,
            stalled=metrics.stalls.labels(feed.name).inc,
        )
        metrics.kafka_up.labels(feed.name).set_function(lambda: float(not self._condition.kafka))

    async def run(self) -> None:
        """Carries the feed until stopped or cancelled.

        Raises:
            Halt: a person has to decide: a position does not fit, or the platform is broken.
            Stalled: records do not come, whatever is tried.
            KafkaError: the brokers refuse for good.
        """
        with self._member.running():
            await self._member.until_stopped(self._carry)

    async def stop(self) -> None:
        """Ends `run` after the batch under way, and waits for it; cancels it if that takes long."""
        await self._member.stop()

    def health(self) -> FeedHealth:
        """How the feed is at the moment."""
        live = self._member.live
        trouble = self._condition.trouble
        return FeedHealth(
            live=live,
            consuming=live and not trouble,
            kafka=not self._condition.kafka,
            lag=self._watch.lag if self._watch else 0,
            detail=trouble or "consuming",
        )

    async def _carry(self) -> None:
        """One membership of the group, to its end."""
        try:
            async with self._joined() as (carrier, histories):
                generation = carrier.letters.generation
                self._watch = Watch(carrier, self._condition, self._settings, histories, generation)
                await beside(self._watch.run(), self._read_on(carrier))
        except UnknownTopicOrPartitionError as fault:
            raise KafkaError(f"a topic is missing: {fault}") from fault

    async def _read_on(self, carrier: Carrier) -> None:
        while not self._member.stopping:
            await carrier.step(self._settings.poll_seconds, self._settings.batch_records)
            self._committed += carrier.committed
            carrier.committed = 0

    @asynccontextmanager
    async def _joined(self) -> AsyncIterator[tuple[Carrier, Histories]]:
        """A member of the group with its ways to the brokers.

        Raises:
            KafkaError: they cannot be reached, or a topic is missing.
        """
        settings = self._settings
        async with AsyncExitStack() as stack:
            producer = create_producer(settings)
            stack.push_async_callback(close, producer)
            await producer.start()
            consumer = bounded_consumer(settings, self.group)
            stack.push_async_callback(close, consumer)
            histories = await Histories.open(settings, settings.generation or await cluster_id(settings))
            stack.push_async_callback(histories.close)
            generations = await histories.of([self.topic])
            generation = generations.get(self.topic, histories.name)
            letters = Letters(self.feed.name, self.topic, generation, producer)
            carrier = self.carrier(
                self.feed, self.into, consumer, producer, letters, self._limit, self._metrics
            )
            consumer.subscribe([self.topic], listener=_Listener(carrier))
            await consumer.start()
            await producer.partitions_for(self.into)  # it must be there before anything is read
            self._limit.begin({self.topic: await letters.recent(consumer, time.time())})
            self._member.joined()
            self._condition.phase = ""
            yield carrier, histories


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no type hints
    """Lets a batch come to its end before its partitions go to others."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """The group begins to agree anew."""
        del revoked
        with suppress(TimeoutError):
            async with asyncio.timeout(REVOKE_SECONDS), self._carrier.turn:
                pass

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """The group has agreed."""
        self._carrier.metrics.assignments.labels(self._carrier.feed.name).inc()
        log.info("feed_assigned", feed=self._carrier.feed.name, partitions=len(assigned))
