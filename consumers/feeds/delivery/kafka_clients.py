"""The Kafka clients of a feed, bounded in memory and strict about offsets like the consumers'."""

from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from consumers.stream.database.dead_letter_relay import RESPONSE_MILLISECONDS
from consumers.stream.settings import StreamSettings

REQUEST_BYTES: Final = 16 * 2**20


def create_producer(settings: StreamSettings) -> AIOKafkaProducer:
    """Return a producer that keeps the order of its messages even when it resends them."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap,
        acks="all",
        enable_idempotence=True,
        max_request_size=REQUEST_BYTES,
        request_timeout_ms=RESPONSE_MILLISECONDS,
    )


def create_reader(settings: StreamSettings, topic: str) -> AIOKafkaConsumer:
    """Return a consumer of a whole topic from its beginning, without a group or committed offsets."""
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=settings.bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
