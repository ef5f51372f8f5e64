"""Puts configuration on its topic: a message whose headers agree with its body."""

from collections.abc import Awaitable, Mapping
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer


async def send_configuration(
    producer: AIOKafkaProducer, topic: str, key: str, body: Mapping[str, Any], sender: str
) -> Awaitable[object]:
    """Hands a message over; what comes back tells whether the broker took it, which flushing does not."""
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
