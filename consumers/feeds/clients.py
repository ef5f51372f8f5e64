"""The Kafka clients of a feed, as bounded in memory and as strict about positions as the consumers' are."""

import asyncio
from contextlib import suppress
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from consumers.stream.kafka import CLOSE_SECONDS
from consumers.stream.relay import ANSWER_MILLISECONDS
from consumers.stream.settings import StreamSettings

REQUEST_BYTES: Final = 16 * 2**20


def create_producer(settings: StreamSettings) -> AIOKafkaProducer:
    """A producer whose messages keep their order, also where it has to send them again."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap,
        acks="all",
        enable_idempotence=True,
        max_request_size=REQUEST_BYTES,
        request_timeout_ms=ANSWER_MILLISECONDS,
    )


def create_reader(settings: StreamSettings, topic: str) -> AIOKafkaConsumer:
    """A consumer of a whole topic from its beginning, that belongs to no group and leaves no position."""
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=settings.bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )


async def close(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Closes the connections; what the brokers have not taken is published again by who comes next."""
    with suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await client.stop()
