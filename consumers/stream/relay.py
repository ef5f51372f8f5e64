"""Publishes dead letters to the topic's name with `.dlq`, at least once, in the order they were stored."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.cancellation import raise_if_cancelled
from consumers.stream.deadletters import RELAYED, DeadLetter
from consumers.stream.faults import cause
from consumers.stream.metrics import Metrics
from consumers.stream.settings import StreamSettings
from consumers.stream.sink import Sink

log = structlog.get_logger(__name__)
SUFFIX: Final = ".dlq"
AT_ONCE: Final = 20
ANSWER_MILLISECONDS: Final = 5_000
Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Relay:
    """Publishes the letters of one consumer's database.

    Only letters whose transaction is committed are seen. Several members may relay at the same time: then
    letters are published twice, and their headers name the origin.
    """

    app: str
    sink: Sink
    settings: StreamSettings
    metrics: Metrics

    async def run(self) -> None:
        """Publishes what is stored until cancelled; trouble is waited for."""
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
            request_timeout_ms=ANSWER_MILLISECONDS,
        )
        try:
            await producer.start()
            while letters := await self._pending():
                for letter in letters:
                    await self._publish(producer, letter)
                await self._move(letters)
        finally:
            await producer.stop()

    async def _pending(self) -> list[DeadLetter]:
        async with self.sink.shard.read() as connection:
            stored = await self.sink.positions.load(connection, [RELAYED])
            return await self.sink.dead_letters.after(connection, stored.get(RELAYED, 0), AT_ONCE)

    async def _publish(self, producer: AIOKafkaProducer, letter: DeadLetter) -> None:
        record, headers = letter.record, _headers(self.app, letter)
        topic = record.topic + SUFFIX
        try:
            await producer.send_and_wait(topic, value=record.value, key=record.key, headers=headers)
        except MessageSizeTooLargeError:
            # With the headers it is larger than the original was: the table has it whole.
            cut = ("furlong.value", b"too large to be published: see the table")
            await producer.send_and_wait(topic, value=None, key=record.key, headers=[*headers, cut])
        self.metrics.published.inc()

    async def _move(self, letters: list[DeadLetter]) -> None:
        async with self.sink.shard.write() as connection:
            held = await self.sink.positions.hold(connection, {RELAYED: 0})
            last = max(held[RELAYED], letters[-1].id)
            await self.sink.positions.store(connection, {RELAYED: last})


def _headers(app: str, letter: DeadLetter) -> Headers:
    """Those of the record as they were, `traceparent` among them, and where it comes from."""
    record = letter.record
    told = {
        "furlong.reason": letter.reason,
        "furlong.app": app,
        "furlong.topic": record.topic,
        "furlong.partition": str(record.partition),
        "furlong.offset": str(record.offset),
        "furlong.generation": letter.generation,
    }
    original = [(name, value) for name, value in record.headers if value is not None]
    return [*original, *((name, text.encode()) for name, text in told.items())]
