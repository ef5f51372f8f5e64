"""Looks beside a feed's carrier how far behind it is, and notices when records wait and do not come."""

import asyncio
import time
from dataclasses import dataclass, field

from aiokafka.errors import IllegalStateError, KafkaError

from consumers.feeds.carrier import Carrier
from consumers.stream.condition import Condition
from consumers.stream.errors import Stalled
from consumers.stream.histories import Histories, check_same
from consumers.stream.settings import StreamSettings

ANSWER_SECONDS = 5.0


@dataclass(slots=True)
class Watch:
    """Over one membership.

    Attributes:
        generation: of the feed's topic when the group was joined.
        lag: records that were not carried over when the brokers were asked last.
        answered_at: when they answered last, on the monotonic clock.
    """

    carrier: Carrier
    condition: Condition
    settings: StreamSettings
    histories: Histories
    generation: str
    lag: int = 0
    answered_at: float = field(default_factory=time.monotonic)

    async def run(self) -> None:
        """Asks again and again until cancelled.

        Raises:
            Stalled: the brokers do not answer, or records wait and do not come.
            TopicMadeAnew: another topic has the name of the feed's.
        """
        while True:
            await self._ask()
            self._check()
            await asyncio.sleep(self.settings.hint_seconds)

    async def _ask(self) -> None:
        consumer, metrics, name = self.carrier.consumer, self.carrier.metrics, self.carrier.feed.name
        topic, places = self.carrier.letters.topic, list(consumer.assignment())
        try:
            check_same({topic: self.generation}, await self.histories.of([topic]))
            async with asyncio.timeout(ANSWER_SECONDS):
                ends = await consumer.end_offsets(places) if places else {}
                self.lag = sum([ends[place] - await consumer.position(place) for place in places])
        except (KafkaError, IllegalStateError, TimeoutError) as fault:
            self.condition.kafka = f"Kafka does not answer: {fault!r}"
            return
        self.condition.kafka, self.answered_at = "", time.monotonic()
        metrics.lag.labels(name).set(self.lag)
        if not self.lag or self.carrier.turn.locked():
            self.carrier.moved_at = self.answered_at

    def _check(self) -> None:
        patience, now = self.settings.stalled_seconds, time.monotonic()
        if now - self.answered_at > patience:
            raise Stalled(f"the brokers have not answered for {now - self.answered_at:.0f} s")
        if now - self.carrier.moved_at > patience + self.settings.hint_seconds:
            raise Stalled(f"{self.lag} records of {self.carrier.letters.topic} wait and do not come")
