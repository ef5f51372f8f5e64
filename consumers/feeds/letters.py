"""Dead letters of a feed: what cannot be mapped goes to the feed's topic with `.dlq`, as it came."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import MessageSizeTooLargeError

from consumers.stream.deadletters import REASON_CHARACTERS, RECENT, Refused
from consumers.stream.relay import SUFFIX

log = structlog.get_logger(__name__)
Headers = list[tuple[str, bytes]]
TOLD: Final = "furlong."
"""How the headers begin that tell of a letter; the others are those of the record as it came."""
CUT: Final = ("furlong.value", b"too large to be published: see where it came from")


@dataclass(frozen=True, slots=True)
class Letters:
    """Publishes the dead letters of one feed; at least once, so their headers name where each came from.

    Attributes:
        topic: that the records are read from.
        generation: of the broker that it belongs to.
    """

    feed: str
    topic: str
    generation: str
    producer: AIOKafkaProducer

    @property
    def dead_letter_topic(self) -> str:
        """Where they go."""
        return self.topic + SUFFIX

    async def publish(self, refused: Refused) -> None:
        """Publishes one record with the reason, and returns when the brokers have it.

        Raises:
            KafkaError: they refuse it.
        """
        record, headers = refused.record, self._headers(refused)
        key = b"" if record.key is None and record.value is None else record.key
        try:
            await self.producer.send_and_wait(
                self.dead_letter_topic, value=record.value, key=key, headers=headers
            )
        except MessageSizeTooLargeError:  # with the headers it is larger than the original was
            await self.producer.send_and_wait(
                self.dead_letter_topic, value=None, key=key or b"", headers=[*headers, CUT]
            )
        log.warning(
            "dead_letter",
            feed=self.feed,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=refused.reason,
            event_id=record.header("event_id"),
            traceparent=record.header("traceparent"),
        )

    async def recent(self, consumer: AIOKafkaConsumer, now: float) -> int:
        """How many were published in the last minutes, by whichever process.

        Raises:
            KafkaError: the topic is not there, or no broker answers.
        """
        numbers = await self.producer.partitions_for(self.dead_letter_topic)
        places = [TopicPartition(self.dead_letter_topic, number) for number in numbers]
        since = round((now - RECENT / timedelta(seconds=1)) * 1000)
        firsts = await consumer.offsets_for_times(dict.fromkeys(places, since))
        ends = await consumer.end_offsets(places)
        return sum(ends[place] - first.offset for place, first in firsts.items() if first is not None)

    def _headers(self, refused: Refused) -> Headers:
        """Those of the record as they were, `traceparent` among them, and where it comes from."""
        record = refused.record
        told = {
            "furlong.reason": refused.reason[:REASON_CHARACTERS],
            "furlong.app": f"feed-{self.feed}",
            "furlong.topic": record.topic,
            "furlong.partition": str(record.partition),
            "furlong.offset": str(record.offset),
            "furlong.generation": self.generation,
        }
        original = [(name, value) for name, value in record.headers if value is not None]
        return [*original, *((name, text.encode(errors="replace")) for name, text in told.items())]
