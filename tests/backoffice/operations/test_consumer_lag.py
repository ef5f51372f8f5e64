"""The lag of consumers: read from Kafka without joining a group, with the age of the oldest record."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from backoffice.access import Role
from backoffice.errors import Forbidden
from backoffice.global_events.acknowledgements import NodeRepository
from backoffice.operations.consumer_lag import (
    NOT_READ,
    ConsumerLag,
    CountedBets,
    LagSample,
    LagService,
    PartitionLag,
    counted_bets,
    read_lag,
    sample_of,
)
from consumers.acknowledgements.message import Acknowledgement, CellRange
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database

TOPIC, GROUP = "club.progress.v1", "furlong-progress"
OLDEST = datetime(2026, 3, 25, 11, 58, tzinfo=UTC)


async def test_lag_is_what_lies_between_the_committed_offset_and_the_end(
    embedded_broker: EmbeddedBroker,
) -> None:
    """A group that has committed nothing lacks everything; the age is that of the first record that waits."""
    settings = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    await asyncio.to_thread(embedded_broker.create_topics, [TOPIC])
    await _produce(settings, [OLDEST.replace(minute=50 + at) for at in range(10)])
    await _commit(settings, 8)
    found = await read_lag(settings, {GROUP: {TOPIC}, "nobody": {TOPIC}})
    behind = {(one.group, one.partition): one for one in found if one.lag}
    assert {key: (one.committed, one.end, one.lag) for key, one in behind.items()} == {
        (GROUP, 1): (8, 10, 2),
        ("nobody", 1): (None, 10, 10),
    }
    assert behind[GROUP, 1].oldest_at == OLDEST
    assert behind["nobody", 1].oldest_at == OLDEST.replace(minute=50)
    assert {one.oldest_at for one in found if not one.lag} == {None}
    await _commit(settings, 10)
    caught_up = [one for one in await read_lag(settings, {GROUP: {TOPIC}}) if one.lag]
    assert caught_up == []


async def test_a_kafka_that_is_away_is_said_and_breaks_nothing(tmp_path: Path) -> None:
    """The screen shows the reason; nobody waits longer than the patience."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with backoffice_database(url) as own:
        away = StreamSettings(bootstrap="127.0.0.1:1")
        service = LagService(DatabaseSettings(url=url), away, own, ManualClock(NOW))
        found = await service.read(actor("olga", Role.OPERATOR, brand="*"))
    assert found.problem == NOT_READ
    assert found.details
    assert found.partitions == ()


async def test_consumers_of_cells_are_shown_in_their_partitions(
    embedded_broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """Also those that acknowledge nothing; the partitions of another cell are none of theirs."""
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    await asyncio.to_thread(embedded_broker.create_topics, [TOPIC])
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with backoffice_database(url) as own:
        async with own.write() as connection:
            for cell in (CellRange(name=f"c{at + 1}", first=at, last=at, of=2) for at in range(2)):
                report = Acknowledgement(
                    schema="club.cells/1",
                    event_id=cell.name,
                    brand_id="*",
                    node=cell.name,
                    part="club",
                    process="host:1",
                    epoch=0,
                    number=0,
                    cell=cell,
                    every_seconds=5,
                    reported_at=NOW,
                )
                await NodeRepository().store(connection, [report], NOW)
        service = LagService(DatabaseSettings(url=url), stream, own, ManualClock(NOW))
        found = await service.read(actor("olga", Role.OPERATOR, brand="*"))
    assert found.problem == ""
    read = {
        (partition.group, partition.partition) for partition in found.partitions if partition.topic == TOPIC
    }
    assert read == {(f"{GROUP}.c1", 0), (f"{GROUP}.c2", 1)}


async def _produce(settings: StreamSettings, times: list[datetime]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap)
    await producer.start()
    try:
        for at in times:
            milliseconds = int(at.timestamp() * 1000)
            await producer.send_and_wait(TOPIC, b"{}", partition=1, timestamp_ms=milliseconds)
    finally:
        await producer.stop()


async def _commit(settings: StreamSettings, offset: int) -> None:
    partition = TopicPartition(TOPIC, 1)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap, group_id=GROUP, enable_auto_commit=False
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.commit({partition: offset})
    finally:
        await consumer.stop()


def test_a_sample_says_how_long_the_oldest_bet_waited() -> None:
    """Bets alone count for the tracker; what could not be read is not 0."""
    waiting = PartitionLag(f"{GROUP}.c1", TOPIC, 0, 5, 7, 2, NOW - timedelta(seconds=90))
    other = PartitionLag("furlong-rewards", TOPIC, 0, 5, 6, 1, NOW - timedelta(hours=1))
    assert sample_of(ConsumerLag(NOW, [waiting, other])) == LagSample(NOW, 3, 90.0)
    assert sample_of(ConsumerLag(NOW, [other])) == LagSample(NOW, 1, 0.0)
    unread = PartitionLag(GROUP, TOPIC, 0, 5, 7, 2, None)
    assert sample_of(ConsumerLag(NOW, [unread])) == LagSample(NOW, 2, None)
    assert sample_of(ConsumerLag(NOW, problem=NOT_READ)) == LagSample(NOW, None, None)


def test_bets_are_counted_up_to_the_reading_or_the_oldest_that_waits() -> None:
    """Nothing is promised if that cannot be read."""
    waiting = PartitionLag(f"{GROUP}.c1", TOPIC, 0, 5, 7, 2, OLDEST)
    other = PartitionLag("furlong-rewards", TOPIC, 0, 5, 6, 1, NOW - timedelta(hours=1))
    assert counted_bets(ConsumerLag(NOW, [waiting, other])) == CountedBets(OLDEST, waiting=True)
    assert counted_bets(ConsumerLag(NOW, [other])) == CountedBets(NOW)
    unread = PartitionLag(GROUP, TOPIC, 0, 5, 7, 2, None)
    assert counted_bets(ConsumerLag(NOW, [unread])) == CountedBets(None, waiting=True)
    away = ConsumerLag(NOW, problem=NOT_READ)
    assert counted_bets(away) == CountedBets(None, problem=NOT_READ)


async def test_the_operator_of_one_brand_sees_its_bets_but_not_the_lag_of_all(tmp_path: Path) -> None:
    """How many records wait says how much other brands take."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    olga = actor("olga", Role.OPERATOR, brand="northbet")
    async with backoffice_database(url) as own:
        away = StreamSettings(bootstrap="127.0.0.1:1")
        service = LagService(DatabaseSettings(url=url), away, own, ManualClock(NOW))
        assert (await service.counted_bets(olga, "northbet")).problem != ""
        with pytest.raises(Forbidden):
            await service.counted_bets(olga, "lagunabet")
        with pytest.raises(Forbidden):
            await service.read(olga)


async def test_samples_are_kept_while_the_back_office_runs(tmp_path: Path) -> None:
    """One a minute, however often the lag is read in between; also of a Kafka that is unavailable."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with backoffice_database(url) as own:
        clock = ManualClock(NOW)
        service = LagService(DatabaseSettings(url=url), StreamSettings(bootstrap="127.0.0.1:1"), own, clock)
        stop, olga = asyncio.Event(), actor("olga", Role.OPERATOR, brand="*")
        sampling = asyncio.create_task(service.sample(stop))
        await service.read(olga)
        await service.read(olga)
        assert service.history(olga) == [LagSample(NOW, None, None)]
        stop.set()
        await sampling
