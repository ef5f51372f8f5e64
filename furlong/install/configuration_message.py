"""Messages that configure schemes and rewards, with the headers that repeat their body."""

from collections.abc import Awaitable, Mapping
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer


async def send_configuration(
    producer: AIOKafkaProducer, topic: str, key: str, body: Mapping[str, Any], sender: str
) -> Awaitable[object]:
    """Send a message. The caller also awaits the result: flushing does not tell whether it was accepted."""
    delivery: Awaitable[object] = await producer.send(
        topic,
        orjson.dumps(body),
        key=key.encode(),
        headers=[
            ("schema", body["schema"].encode()),
            ("event_id", body["event_id"].encode()),
            ("producer", sender.encode()),
            ("brand", body["brand_id"].encode()),
        ],
    )
    return delivery
