"""Consumers of the demo that have nothing to read ask the broker for nothing, and read at once when told."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from prometheus_client import CollectorRegistry

from consumers.stream.broker.kafka_source import KafkaSource
from consumers.stream.consumer import Consumer
from consumers.stream.records import Partition
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.consumers import partition_ends
from furlong.demo.consumers.partition_ends import watching_ends
from furlong.demo.consumers.supervised_consumers import SupervisedConsumer, running_consumers
from furlong.demo.consumers.woken_source import woken_join
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import TOPICS
from furlong.workers.consumer_process import create_consumer
from subgraphs.progress.models import METADATA
from tests.support.database_probe import migrate

POLLS = 10


async def _until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)


async def test_a_consumer_without_records_fetches_nothing_until_one_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it polls; a record is then fetched and settled, and it is at rest again."""
    requests: Counter[str] = Counter()
    polls: list[float] = []
    send, poll = AIOKafkaClient.send, KafkaSource.poll

    async def counted_send(client: Any, node: int, request: Any, **more: Any) -> Any:
        requests[type(request).__name__] += 1
        return await send(client, node, request, **more)

    async def counted_poll(source: KafkaSource, *arguments: Any) -> Any:
        polls.append(asyncio.get_running_loop().time())
        return await poll(source, *arguments)

    async def poll_again() -> None:
        already = len(polls)
        await _until(lambda: len(polls) >= already + POLLS)

    monkeypatch.setattr(AIOKafkaClient, "send", counted_send)
    monkeypatch.setattr(KafkaSource, "poll", counted_poll)
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    await migrate(settings, "progress", METADATA)
    topics = [topic.name for topic in TOPICS]
    with EmbeddedBroker() as broker:
        broker.create_topics(topics)
        stream = StreamSettings(
            bootstrap=broker.bootstrap, generation=broker.generation, poll_seconds=0.05, hint_seconds=60
        )
        async with watching_ends(broker.bootstrap, topics) as ends:

            def create() -> Consumer:
                consumer = create_consumer("progress", settings, stream, CollectorRegistry(), SystemClock())
                consumer.join = woken_join(consumer, ends)
                return consumer

            supervised = SupervisedConsumer("progress", create)
            async with (
                running_consumers([supervised], ends),
                AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer,
            ):
                await _until(lambda: supervised.health and supervised.health.consuming)
                requests.clear()
                await poll_again()
                assert requests["FetchRequest"] == 0
                await producer.send_and_wait("club.progress.v1", b"poison", partition=2)
                await _until(lambda: requests["FetchRequest"])
                await _until(lambda: supervised.health and not supervised.health.lag)
                await poll_again()
                assert requests["FetchRequest"] == 1


async def test_an_end_is_told_as_soon_as_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader does not wait for further records, which may never come."""
    monkeypatch.setattr(partition_ends, "STOP_SECONDS", 3_600.0)
    with EmbeddedBroker() as broker:
        broker.create_topics(["some.topic"])
        async with (
            AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer,
            watching_ends(broker.bootstrap, ["some.topic"]) as ends,
        ):
            try:
                await producer.send_and_wait("some.topic", b"first", partition=3)
                await _until(lambda: ends.of(Partition("some.topic", 3, "any")) == 1)
            finally:
                monkeypatch.setattr(partition_ends, "STOP_SECONDS", 0.01)
                await producer.send_and_wait("some.topic", b"lets the reader look", partition=0)
