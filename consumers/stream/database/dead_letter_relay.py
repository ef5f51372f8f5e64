"""Publishes dead letters to the topic's name with `.dlq`, at least once, in the order they were stored."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.broker.kafka_client import running_client
from consumers.stream.database.dead_letters import RELAY_POSITION, DeadLetter
from consumers.stream.database.retry import cause
from consumers.stream.database.sink import Sink
from consumers.stream.errors import raise_if_cancelled
from consumers.stream.health import Metrics
from consumers.stream.settings import StreamSettings

log = structlog.get_logger(__name__)
DEAD_LETTER_SUFFIX: Final = ".dlq"
BATCH_SIZE: Final = 20
RESPONSE_MILLISECONDS: Final = 5_000
Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class DeadLetterRelay:
    """Publishes the dead letters of one consumer's database.

    It sees only committed letters. Several members may relay at the same time; letters are then published
    more than once, and their headers say where each came from.
    """

    app: str
    sink: Sink
    settings: StreamSettings
    metrics: Metrics

    async def run(self) -> None:
        """Publish stored letters until cancelled; wait and retry after errors."""
        while True:
            raise_if_cancelled()
            try:
                await self._publish_all()
            except (KafkaError, SQLAlchemyError, OSError) as fault:
                log.warning("dead_letter_relay_failed", error=cause(fault))
                await asyncio.sleep(self.settings.retry_limit_seconds)
            await asyncio.sleep(self.settings.hint_seconds)

    async def _publish_all(self) -> None:
        if not await self._pending():
            return
        producer = AIOKafkaProducer(
            bootstrap_servers=self.settings.bootstrap,
            acks="all",
            enable_idempotence=True,
            max_request_size=16 * 2**20,
            request_timeout_ms=RESPONSE_MILLISECONDS,
        )
        async with running_client(producer):
            while letters := await self._pending():
                for letter in letters:
                    await self._publish(producer, letter)
                await self._advance(letters)

    async def _pending(self) -> list[DeadLetter]:
        async with self.sink.database.read() as connection:
            stored = await self.sink.positions.load(connection, [RELAY_POSITION])
            return await self.sink.dead_letters.after(connection, stored.get(RELAY_POSITION, 0), BATCH_SIZE)

    async def _publish(self, producer: AIOKafkaProducer, letter: DeadLetter) -> None:
        record, headers = letter.record, _headers(self.app, letter)
        topic = record.topic + DEAD_LETTER_SUFFIX
        try:
            await producer.send_and_wait(topic, value=record.value, key=record.key, headers=headers)
        except MessageSizeTooLargeError:
            # The headers make it larger than the original record was; the table holds all of it.
            cut = ("furlong.value", b"too large to be published: see the table")
            await producer.send_and_wait(topic, value=None, key=record.key, headers=[*headers, cut])
        self.metrics.published.inc()

    async def _advance(self, letters: list[DeadLetter]) -> None:
        async with self.sink.database.write() as connection:
            stored = await self.sink.positions.lock(connection, {RELAY_POSITION: 0})
            last = max(stored[RELAY_POSITION], letters[-1].id)
            await self.sink.positions.store(connection, {RELAY_POSITION: last})


def _headers(app: str, letter: DeadLetter) -> Headers:
    """Return the record's own headers, `traceparent` among them, and those that say where it came from."""
    record = letter.record
    origin = {
        "furlong.reason": letter.reason,
        "furlong.app": app,
        "furlong.topic": record.topic,
        "furlong.partition": str(record.partition),
        "furlong.offset": str(record.offset),
        "furlong.generation": letter.generation,
    }
    original = [(name, value) for name, value in record.headers if value is not None]
    return [*original, *((name, text.encode()) for name, text in origin.items())]
