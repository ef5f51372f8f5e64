"""Dead letters of a feed: records that cannot be mapped, published to the topic's name with `.dlq`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import MessageSizeTooLargeError

from consumers.stream.database.dead_letter_relay import DEAD_LETTER_SUFFIX
from consumers.stream.database.dead_letters import REASON_CHARACTERS, RECENT, RejectedRecord
from foundation.logs import impersonal

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
        return sum(ends[one] - first.offset for one, first in firsts.items() if first is not None)

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
