"""The Kafka producer that all parts of the simulator use."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from opentelemetry.trace import Span

from foundation.tracing import Tracing, ending, replaced, sending
from simulator.kafka.messages import Message


class MessageProducer:
    """Sends messages, acknowledged by all replicas and without duplicates from the client's retries."""

    def __init__(self, kafka: AIOKafkaProducer, tracing: Tracing | None = None) -> None:
        self._kafka = kafka
        self._tracing = tracing

    async def publish(self, messages: Iterable[Message]) -> None:
        """Send messages, in order for each key, and return when the broker has all of them."""
        spans: list[Span] = []
        sent = []
        for one in messages:
            headers = list(one.headers)
            if self._tracing is not None and self._tracing.sampling.starts():
                spans.append(sending(self._tracing.tracer, one.topic, None))
                headers = replaced(headers, spans[-1])
            sent.append(await self._kafka.send(one.topic, value=one.value, key=one.key, headers=headers))
        with ending(spans):
            await asyncio.gather(*sent)


@asynccontextmanager
async def open_producer(bootstrap: str, tracing: Tracing | None = None) -> AsyncIterator[MessageProducer]:
    """Connect to the brokers at `HOST:PORT[,HOST:PORT…]`; at the end, send the rest and disconnect.

    Messages that are sampled begin traces, if `tracing` is given.

    Raises:
        aiokafka.errors.KafkaError: No broker responds.
    """
    kafka = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    try:
        await kafka.start()
        yield MessageProducer(kafka, tracing)
    finally:
        await kafka.stop()
