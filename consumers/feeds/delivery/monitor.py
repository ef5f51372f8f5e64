"""Monitors a feed's session: reports lag, and notices silent brokers and stalled records."""

import asyncio
import time
from dataclasses import dataclass, field

from aiokafka.errors import IllegalStateError, KafkaError

from consumers.feeds.delivery.forwarder import Forwarder
from consumers.stream.broker.broker_generation import BrokerGenerations, require_same_topics
from consumers.stream.errors import Stalled
from consumers.stream.group.health import HealthState
from consumers.stream.settings import StreamSettings

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
                self.lag = sum([ends[one] - await consumer.position(one) for one in assigned])
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
