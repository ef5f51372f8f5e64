"""Watches the topics of public data, so that a change is visible as soon as it is in the database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from consumers.stream.broker.kafka_client import running_client
from foundation.background import running

log = structlog.get_logger(__name__)
RETRY_SECONDS: Final = 5.0


@asynccontextmanager
async def watching_public_data(
    bootstrap: str, changed: Callable[[str], None], topics: Sequence[str]
) -> AsyncIterator[None]:
    """Watch while the block runs.

    Only the brand of a message matters, not its content: consumers apply the content, and the database is
    read again. Therefore the watcher needs no consumer group and no position. While it cannot reach the
    broker, cached data are refreshed only when they reach their maximum age.

    Args:
        bootstrap: Addresses of brokers.
        changed: Called with the brand of each message.
        topics: Topics whose keys begin with the brand and a colon.
    """
    async with running(_watch(bootstrap, changed, topics), "watching public data"):
        yield


async def _watch(bootstrap: str, changed: Callable[[str], None], topics: Sequence[str]) -> None:
    while True:
        consumer = AIOKafkaConsumer(
            *topics, bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="latest"
        )
        try:
            async with running_client(consumer):
                async for record in consumer:
                    brand = brand_of(record.key)
                    if brand is not None:
                        changed(brand)
        except (KafkaError, OSError) as error:
            log.warning("public_data_watch_failed", error=repr(error))
        await asyncio.sleep(RETRY_SECONDS)


def brand_of(key: bytes | None) -> str | None:
    """Return the brand in a message's key, `brand:…`; None if the key has no brand."""
    if key is None:
        return None
    try:
        brand, colon, _ = key.decode().partition(":")
    except UnicodeDecodeError:
        return None
    return brand if brand and colon else None
