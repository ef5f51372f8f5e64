"""A recreated topic is noticed, however many records it has by then (C18)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka.admin import AdminClient
from prometheus_client import CollectorRegistry
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.progress.messages import decode_bet
from consumers.stream.consumer import App, Consumer
from consumers.stream.errors import TopicRecreated
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Message, Outcome, Topic
from consumers.stream.wiring import wire
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import STREAM
from tests.support.consumers.betting_harness import BettingHarness, betting_harness
from tests.support.consumers.sample_messages import bet
from tests.support.consumers.source_brokers import recreate
from tests.support.long_form import seed_of_run

SEED = seed_of_run(27)

BETS = "club.progress.v1"
POSITION = STREAM.position


@pytest.fixture
async def betting(database_url: str) -> AsyncIterator[BettingHarness]:
    """Provide a stopped consumer that has applied some bets, over each kind of database."""
    async with betting_harness(database_url, SEED) as opened:
        opened.send(40)
        first = opened.start()
        await opened.reckoning()
        await opened.stop(first)
        yield opened


def _recreate(betting: BettingHarness) -> None:
    """Recreate the topic with everything that was ever sent, and more: it covers every stored position."""
    betting.broker.delete_topic(BETS)
    betting.broker.create_topics([BETS])
    for record in betting.load.records:
        betting.broker.send(record)
    betting.load.poison *= 2  # poison of the old topic is a dead letter of the new one as well
    betting.send(40)


async def _positions(database: Database, topic: str = BETS) -> Sequence[Any]:
    async with database.read() as connection:
        query = select(POSITION).where(POSITION.c.topic == topic).order_by(POSITION.c.partition)
        return (await connection.execute(query)).all()


async def _fault(task: asyncio.Task[None]) -> BaseException | None:
    await asyncio.wait({task}, timeout=60)
    return task.exception()


async def test_a_recreated_and_filled_topic_stops_the_consumer(betting: BettingHarness) -> None:
    """The records at the stored position are not the next ones, and none of them is skipped."""
    before = await _positions(betting.database)
    _recreate(betting)
    fault = await _fault(betting.running.pop(betting.start()))
    assert isinstance(fault, TopicRecreated)
    assert BETS in str(fault)
    assert fault.exit_code == 4
    assert await _positions(betting.database) == before


async def test_an_empty_recreated_topic_stops_the_consumer(betting: BettingHarness) -> None:
    """The consumer does not wait for it to be filled."""
    betting.broker.delete_topic(BETS)
    betting.broker.create_topics([BETS])
    assert isinstance(await _fault(betting.running.pop(betting.start())), TopicRecreated)


async def test_a_topic_recreated_while_it_is_read_stops_the_member(betting: BettingHarness) -> None:
    """The member joined before, and keeps verifying the topics."""
    consumer = betting.start(hint_seconds=0.02)
    await betting.until(lambda: consumer.health().consuming)
    _recreate(betting)
    assert isinstance(await _fault(betting.running.pop(consumer)), TopicRecreated)
    assert "was deleted and recreated" in consumer.health().detail


async def test_a_recreated_topic_is_read_from_its_start_once_its_positions_are_deleted(
    betting: BettingHarness,
) -> None:
    """The runbook's procedure: every record counts, and none counts twice."""
    _recreate(betting)
    async with betting.database.write() as connection:
        await connection.execute(delete(POSITION).where(POSITION.c.topic == BETS))
    betting.start()
    await betting.reckoning()


async def test_positions_stored_before_topics_had_ids_are_used(betting: BettingHarness) -> None:
    """An older broker, or an older Furlong, named only the cluster."""
    async with betting.database.write() as connection:
        await connection.execute(update(POSITION).values(generation=betting.broker.generation))
    betting.send(1)
    betting.start()
    fresh = len(betting.load.records) - sum(row.next_offset for row in await _positions(betting.database))
    await betting.until(lambda: betting.metric("records_total") >= fresh)
    assert betting.metric("records_total") == fresh


def _consumer_of(
    topic: str, database: DatabaseSettings, stream: StreamSettings, registry: CollectorRegistry, clock: Clock
) -> Consumer:
    """Return a consumer of the test's own topic, whose records need no table."""

    async def take(_connection: AsyncConnection, _messages: Sequence[Message[Any]]) -> Outcome:
        return Outcome()

    app = App(f"g-{topic}", [Topic(topic, decode_bet, take)])
    opened = Database.open(database, "progress")
    return wire(app, opened, STREAM, settings=stream, registry=registry, clock=clock)


@pytest.mark.usefixtures("kafka_installed", "mariadb_installed")
@pytest.mark.parametrize("when", ["while it is read", "while nobody reads"])
async def test_a_recreated_and_filled_topic_of_a_real_broker_stops_the_consumer(
    real_harness: Any, when: str
) -> None:
    """The topic's id shows it, whatever its offsets are."""
    topic = f"recreated.progress.{uuid4().hex}"
    real_harness.create_topics([topic])
    admin = AdminClient({"bootstrap.servers": real_harness.bootstrap})
    make = partial(_consumer_of, topic)

    async def fill(count: int) -> None:
        for partition in range(4):
            for _ in range(count):
                record = bet()
                await real_harness.producer.send(
                    topic, value=record.value, key=record.key, partition=partition
                )
        await real_harness.producer.flush()

    async def read() -> bool:
        return sum(row.next_offset for row in await _positions(real_harness.database, topic)) == 12

    await fill(3)
    consumer = await real_harness.start(make, hint_seconds=0.2)
    await real_harness.until(read)
    if when == "while nobody reads":
        await real_harness.stop(consumer)
    await recreate(admin, topic)
    await fill(9)
    if when == "while nobody reads":
        consumer = await real_harness.start(make)
    assert isinstance(await real_harness.ended(consumer), TopicRecreated)
