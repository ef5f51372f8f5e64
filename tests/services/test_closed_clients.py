"""Clients of Kafka are closed also while the brokers are gone, and leave nothing running."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from consumers.stream.broker import kafka_client
from consumers.stream.broker.kafka_client import bounded_consumer, close_client, running_client
from consumers.stream.settings import StreamSettings
from furlong.demo.embedded_broker import EmbeddedBroker

TOPIC = "club.progress.v1"
Client = AIOKafkaConsumer | AIOKafkaProducer


@pytest.fixture
def settings(embedded_broker: EmbeddedBroker) -> StreamSettings:
    """Provide a broker with one topic."""
    embedded_broker.create_topics([TOPIC])
    return StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)


@asynccontextmanager
async def member(settings: StreamSettings) -> AsyncIterator[AIOKafkaConsumer]:
    """Start a member of a group that has partitions."""
    consumer = bounded_consumer(settings, "tests")
    consumer.subscribe([TOPIC])
    await consumer.start()
    while not consumer.assignment():  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0.05)
    yield consumer


@asynccontextmanager
async def reader(settings: StreamSettings) -> AsyncIterator[AIOKafkaConsumer]:
    """Start a consumer without a group."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=settings.bootstrap, group_id=None)
    await consumer.start()
    yield consumer


@asynccontextmanager
async def writer(settings: StreamSettings) -> AsyncIterator[AIOKafkaProducer]:
    """Start a producer with a message that it has not sent."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap, linger_ms=60_000)
    await producer.start()
    await producer.send(TOPIC, b"{}")
    yield producer


async def cancelled() -> None:
    """End as aiokafka's closing does when it awaits a task that it has cancelled."""
    raise asyncio.CancelledError


async def forever() -> None:
    """End never, as aiokafka's closing does while it looks for brokers."""
    await asyncio.Event().wait()


CLOSING: dict[type, tuple[str, ...]] = {
    AIOKafkaConsumer: ("_coordinator",),
    AIOKafkaProducer: ("_sender",),
}


@pytest.mark.parametrize("fails", [cancelled, forever])
@pytest.mark.parametrize("opened", [member, reader, writer])
async def test_a_client_that_cannot_close_is_ended(
    settings: StreamSettings,
    opened: Callable[[StreamSettings], object],
    fails: Callable[[], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever closes it goes on, uncancelled, within the time; no task of the client is left."""
    monkeypatch.setattr(kafka_client, "CLOSE_SECONDS", 0.2)
    before = asyncio.all_tasks()
    async with opened(settings) as client:  # type: ignore[attr-defined]
        for part in CLOSING[type(client)]:
            monkeypatch.setattr(getattr(client, part), "close", fails)
        await close_client(client)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - before == set()


async def test_whoever_is_cancelled_while_closing_stays_cancelled(settings: StreamSettings) -> None:
    """Our own cancellation is not taken for one of the client's."""
    async with member(settings) as consumer:
        consumer._coordinator.close = forever
        closing = asyncio.create_task(close_client(consumer))
        await asyncio.sleep(0.1)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert [task for task in kafka_client._tasks_of(consumer) if not task.done()] == []


async def test_a_client_that_fails_to_start_is_closed() -> None:
    """No task is left of it, whatever it could not reach."""
    before = asyncio.all_tasks()
    settings = StreamSettings(bootstrap="127.0.0.1:1")
    with pytest.raises(Exception, match="Unable to bootstrap"):
        async with running_client(bounded_consumer(settings, "tests")):
            pytest.fail("there is no broker")
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - before == set()
