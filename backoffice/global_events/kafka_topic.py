"""The global topic on Kafka: read as a whole, and written in order."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from backoffice.global_events.publisher import TopicContents
from consumers.messages.global_events.message import GlobalEvent, decode_global
from consumers.stream.broker.broker_generation import BrokerGenerations
from consumers.stream.broker.kafka_client import cluster_id, running_client
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from subgraphs.kit.records.outbox import TOMBSTONE, UnpublishedFact
from subgraphs.kit.topics import GLOBAL_TOPIC

log = structlog.get_logger(__name__)
GLOBAL_PARTITION: Final = TopicPartition(GLOBAL_TOPIC, 0)
"""The only partition; the embedded broker gives the topic more, of which this one is used."""

RESPONSE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class KafkaGlobalTopic:
    """The topic on the brokers of the settings."""

    consumer: AIOKafkaConsumer
    producer: AIOKafkaProducer
    generations: BrokerGenerations

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: StreamSettings) -> AsyncIterator["KafkaGlobalTopic"]:
        """Connect for the duration of the block.

        Raises:
            KafkaError: The brokers cannot be reached, or the topic does not exist.
        """
        async with AsyncExitStack() as stack:
            cluster = settings.generation or await cluster_id(settings)
            generations = await BrokerGenerations.open(settings, cluster)
            stack.push_async_callback(generations.close)
            await generations.require([GLOBAL_TOPIC])
            producer = AIOKafkaProducer(
                bootstrap_servers=settings.bootstrap,
                acks="all",
                enable_idempotence=True,
                request_timeout_ms=round(RESPONSE_SECONDS * 800),
            )
            await stack.enter_async_context(running_client(producer))
            # A search for the first position that is still in progress would else overtake
            # `seek_to_beginning`, and the topic would look empty.
            consumer = AIOKafkaConsumer(
                bootstrap_servers=settings.bootstrap,
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
            )
            await stack.enter_async_context(running_client(consumer))
            consumer.assign([GLOBAL_PARTITION])
            consumer.pause(GLOBAL_PARTITION)
            yield cls(consumer, producer, generations)

    async def end(self) -> int:
        """Return the next offset of the topic."""
        async with asyncio.timeout(RESPONSE_SECONDS):
            return int((await self.consumer.end_offsets([GLOBAL_PARTITION]))[GLOBAL_PARTITION])

    async def read(self) -> TopicContents:
        """Read the whole topic."""
        generations = await self.generations.require([GLOBAL_TOPIC])
        end = await self.end()
        last: dict[str, GlobalEvent] = {}
        self.consumer.resume(GLOBAL_PARTITION)
        await self.consumer.seek_to_beginning(GLOBAL_PARTITION)
        while await self.consumer.position(GLOBAL_PARTITION) < end:
            batch = await self.consumer.getmany(GLOBAL_PARTITION, timeout_ms=1_000)
            for record in batch.get(GLOBAL_PARTITION, ()):
                with suppress(Poison):  # the nodes report it
                    event = decode_global(Record.of_kafka(record))
                    last[event.key] = event
        self.consumer.pause(GLOBAL_PARTITION)  # it would fetch on without anybody who reads
        return TopicContents(generations[GLOBAL_TOPIC], end, last)

    async def send(self, messages: Sequence[UnpublishedFact]) -> set[int]:
        """Send messages in order; return the ids of those that the broker accepted."""
        deliveries = {}
        with suppress(KafkaError):
            for message in messages:
                deliveries[message.id] = await self.producer.send(
                    message.topic,
                    None if message.value == TOMBSTONE else message.value.encode(),
                    key=message.key.encode(),
                    headers=[(name, value.encode()) for name, value in message.headers.items()],
                    partition=GLOBAL_PARTITION.partition if message.topic == GLOBAL_TOPIC else None,
                )
        results = await asyncio.gather(*deliveries.values(), return_exceptions=True)
        failed = next((result for result in results if isinstance(result, BaseException)), None)
        if failed is not None:
            log.warning("global_messages_not_delivered", error=repr(failed))
        return {
            id_
            for id_, result in zip(deliveries, results, strict=True)
            if not isinstance(result, BaseException)
        }
