"""The one way in which the simulator puts messages on Kafka."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer

from simulator.messages import Message


class MessageProducer:
    """Sends messages with acknowledgement of all replicas and without duplicates by the client's retries."""

    def __init__(self, kafka: AIOKafkaProducer) -> None:
        self._kafka = kafka

    async def publish(self, messages: Iterable[Message]) -> None:
        """Send messages, in order by key, and return when the broker has them all."""
        sent = [
            await self._kafka.send(one.topic, value=one.value, key=one.key, headers=list(one.headers))
            for one in messages
        ]
        await asyncio.gather(*sent)


@asynccontextmanager
async def open_producer(bootstrap: str) -> AsyncIterator[MessageProducer]:
    """Connect to the brokers at `HOST:PORT[,HOST:PORT…]`; at the end, send what is left and disconnect.

    Raises:
        aiokafka.errors.KafkaError: if no broker answers.
    """
    kafka = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    try:
        await kafka.start()
        yield MessageProducer(kafka)
    finally:
        await kafka.stop()
