"""Delivers one feed: its sessions in the consumer group, what is noticed about them, and its health."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, UnknownTopicOrPartitionError

from consumers.feeds.delivery.dead_letters import FeedDeadLetters
from consumers.feeds.delivery.forwarder import FeedMetrics, Forwarder
from consumers.feeds.delivery.kafka_clients import create_producer
from consumers.feeds.mapping.feed import AnyFeed
from consumers.stream.broker.broker_generation import BrokerGenerations, require_same_topics
from consumers.stream.broker.kafka_client import bounded_consumer, close_client, cluster_id, running_client
from consumers.stream.database.dead_letters import DeadLetterLimit
from consumers.stream.errors import Stalled
from consumers.stream.group.session_supervisor import REVOKE_SECONDS, SessionSupervisor, until_first_ends
from consumers.stream.health import HealthState
from consumers.stream.settings import StreamSettings
from subgraphs.club_kit.topics import PROGRESS_TOPIC

RESPONSE_SECONDS = 5.0


@dataclass(slots=True)
class FeedMonitor:
    """Runs alongside a forwarder for one session.

    Attributes:
        generation: The generation of the feed's topic when the group was joined.
        lag: How many records were not forwarded when the brokers last answered.
        answered_at: When the brokers last answered, on the monotonic clock.
    """

    forwarder: Forwarder
    health_state: HealthState
    settings: StreamSettings
    broker_generations: BrokerGenerations
    generation: str
    lag: int = 0
    answered_at: float = field(default_factory=time.monotonic)

    async def run(self) -> None:
        """Monitor until cancelled.

        Raises:
            Stalled: The brokers do not answer, or waiting records do not arrive.
            TopicRecreated: The feed's topic was deleted and recreated.
        """
        while True:
            await self._ask_brokers()
            self._check()
            await asyncio.sleep(self.settings.hint_seconds)

    async def _ask_brokers(self) -> None:
        consumer, metrics = self.forwarder.consumer, self.forwarder.metrics
        name, topic = self.forwarder.feed.name, self.forwarder.dead_letters.topic
        assigned = list(consumer.assignment())
        try:
            require_same_topics({topic: self.generation}, await self.broker_generations.find([topic]))
            async with asyncio.timeout(RESPONSE_SECONDS):
                ends = await consumer.end_offsets(assigned) if assigned else {}
                self.lag = sum(
                    [ends[partition] - await consumer.position(partition) for partition in assigned]
                )
        except (KafkaError, IllegalStateError, TimeoutError) as fault:
            self.health_state.kafka = f"Kafka does not answer: {fault!r}"
            return
        self.health_state.kafka, self.answered_at = "", time.monotonic()
        metrics.lag.labels(name).set(self.lag)
        if not self.lag or self.forwarder.batch_lock.locked():
            self.forwarder.progress_at = self.answered_at

    def _check(self) -> None:
        patience, now = self.settings.stalled_seconds, time.monotonic()
        if now - self.answered_at > patience:
            raise Stalled(f"the brokers have not answered for {now - self.answered_at:.0f} s")
        if now - self.forwarder.progress_at > patience + self.settings.hint_seconds:
            topic = self.forwarder.dead_letters.topic
            raise Stalled(f"{self.lag} records of {topic} are waiting but do not arrive")


log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """The health of a feed: like a consumer's, without a database.

    Attributes:
        live: Whether the worker is running; if not, its process has to be restarted.
        consuming: Whether it has its partitions and forwards records as they arrive.
        kafka: Whether the brokers answer.
        lag: How many records of its partitions are not forwarded yet.
        detail: What is wrong, in words; `consuming` if nothing is.
    """

    live: bool
    consuming: bool
    kafka: bool
    lag: int
    detail: str


class FeedWorker:
    """Forwards one feed until it is stopped.

    Attributes:
        feed: The feed.
        topic: The name of the feed's topic in this installation.
        target_topic: The topic that the messages are published to.
        group: The consumer group that the committed offsets belong to.
        forwarder: The class that forwards batches.
    """

    def __init__(
        self,
        feed: AnyFeed,
        topic: str,
        settings: StreamSettings,
        metrics: FeedMetrics,
        target_topic: str = PROGRESS_TOPIC,
    ) -> None:
        self.feed, self.topic, self.target_topic = feed, topic, target_topic
        self.group = f"furlong-feed-{feed.name}"
        self.forwarder: type[Forwarder] = Forwarder
        self._settings, self._metrics = settings, metrics
        self._limit = DeadLetterLimit(settings.dead_letter_limit, settings.dead_letter_share)
        self._health_state = HealthState()
        self._monitor: FeedMonitor | None = None
        self._committed = 0
        self._supervisor = SessionSupervisor(
            group=self.group,
            settings=settings,
            health_state=self._health_state,
            committed=lambda: self._committed,
            on_stall=metrics.stalls.labels(feed.name).inc,
        )
        metrics.kafka_up.labels(feed.name).set_function(lambda: float(not self._health_state.kafka))

    async def run(self) -> None:
        """Forward the feed until stopped or cancelled.

        Raises:
            Halt: A person has to decide: an offset does not fit, or the platform is broken.
            Stalled: Waiting records do not arrive, however often the group is joined.
            KafkaError: The brokers refuse permanently.
        """
        with self._supervisor.running():
            await self._supervisor.until_stopped(self._run_session)

    async def stop(self) -> None:
        """Stop `run` after the running batch, and wait for it; cancel it if that takes long."""
        await self._supervisor.stop()

    def health(self) -> FeedHealth:
        """Return the feed's present health."""
        live = self._supervisor.live
        problem = self._health_state.problem
        return FeedHealth(
            live=live,
            consuming=live and not problem,
            kafka=not self._health_state.kafka,
            lag=self._monitor.lag if self._monitor else 0,
            detail=problem or "consuming",
        )

    async def _run_session(self) -> None:
        """Join the group, and forward until the session ends."""
        try:
            async with self._joined() as (forwarder, broker_generations):
                generation = forwarder.dead_letters.generation
                self._monitor = FeedMonitor(
                    forwarder, self._health_state, self._settings, broker_generations, generation
                )
                await until_first_ends(self._monitor.run(), self._forward(forwarder))
        except UnknownTopicOrPartitionError as fault:
            raise KafkaError(f"a topic is missing: {fault}") from fault

    async def _forward(self, forwarder: Forwarder) -> None:
        while not self._supervisor.stopping:
            await forwarder.step(self._settings.poll_seconds, self._settings.batch_records)
            self._committed += forwarder.committed
            forwarder.committed = 0

    @asynccontextmanager
    async def _joined(self) -> AsyncIterator[tuple[Forwarder, BrokerGenerations]]:
        """Join the group, and provide a forwarder with its Kafka clients.

        Raises:
            KafkaError: The brokers cannot be reached, or a topic is missing.
        """
        settings = self._settings
        async with AsyncExitStack() as stack:
            producer = await stack.enter_async_context(running_client(create_producer(settings)))
            consumer = bounded_consumer(settings, self.group)
            stack.push_async_callback(close_client, consumer)
            cluster = settings.generation or await cluster_id(settings)
            broker_generations = await BrokerGenerations.open(settings, cluster)
            stack.push_async_callback(broker_generations.close)
            generations = await broker_generations.find([self.topic])
            generation = generations.get(self.topic, broker_generations.cluster)
            dead_letters = FeedDeadLetters(self.feed.name, self.topic, generation, producer)
            forwarder = self.forwarder(
                self.feed, self.target_topic, consumer, producer, dead_letters, self._limit, self._metrics
            )
            consumer.subscribe([self.topic], listener=_Listener(forwarder))
            await consumer.start()
            await producer.partitions_for(self.target_topic)  # the topic must exist before anything is read
            self._limit.restore({self.topic: await dead_letters.recent(consumer, time.time())})
            self._supervisor.joined()
            self._health_state.phase = ""
            yield forwarder, broker_generations


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no type hints
    """Lets the running batch finish before its partitions are assigned to other members."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Wait for the running batch: a rebalance begins by revoking all partitions."""
        del revoked
        with suppress(TimeoutError):
            async with asyncio.timeout(REVOKE_SECONDS), self._forwarder.batch_lock:
                pass

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Count the assignment that the group agreed on."""
        self._forwarder.metrics.assignments.labels(self._forwarder.feed.name).inc()
        log.info("feed_assigned", feed=self._forwarder.feed.name, partitions=len(assigned))
