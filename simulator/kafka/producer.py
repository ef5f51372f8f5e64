"""The Kafka producer that all parts of the simulator use."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer

from simulator.kafka.messages import Message


class MessageProducer:
    """Sends messages, acknowledged by all replicas and without duplicates from the client's retries."""

    def __init__(self, kafka: AIOKafkaProducer) -> None:
        self._kafka = kafka

    async def publish(self, messages: Iterable[Message]) -> None:
        """Send messages, in order for each key, and return when the broker has all of them."""
        sent = [
            await self._kafka.send(one.topic, value=one.value, key=one.key, headers=list(one.headers))
            for one in messages
        ]
        await asyncio.gather(*sent)


@asynccontextmanager
async def open_producer(bootstrap: str) -> AsyncIterator[MessageProducer]:
    """Connect to the brokers at `HOST:PORT[,HOST:PORT…]`; at the end, send the rest and disconnect.

    Raises:
        aiokafka.errors.KafkaError: no broker answers.
    """
    kafka = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    try:
        await kafka.start()
        yield MessageProducer(kafka)
    finally:
        await kafka.stop()
