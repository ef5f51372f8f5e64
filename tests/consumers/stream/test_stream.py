"""The consumer's loop from end to end, on embedded parts; the first test also on real ones."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry
from pymysql.err import OperationalError as MysqlOperationalError
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.progress.messages import decode_bet
from consumers.progress.wiring import create_consumer
from consumers.stream.consumer import App, Consumer
from consumers.stream.errors import PositionOutOfRange
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Message, Outcome, Topic
from consumers.stream.wiring import wire
from foundation.storage.clock import Clock, SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import CONTRIBUTION, PROGRESS, STREAM
from tests.support.consumers.sample_messages import account, bet, scheme

ONLY_BETS = "club.progress.v1"
LARGE = 5_000_000
GONE = OperationalError("SELECT", {}, MysqlOperationalError(2006, "MySQL server has gone away"))


class Toy:
    """A consumer that only remembers its bets, and fails as often as a test says."""

    def __init__(self, fault: Exception, times: int) -> None:
        self.fault, self.times = fault, times
        self.seen: list[str] = []

    async def take(self, _connection: AsyncConnection, messages: Sequence[Message[Any]]) -> Outcome:
        """Remember a batch, unless it fails."""
        if self.times > 0:
            self.times -= 1
            raise self.fault
        self.seen += [message.event.bet_id for message in messages]
        return Outcome()

    def make(
        self, settings: DatabaseSettings, stream: StreamSettings, registry: CollectorRegistry, clock: Clock
    ) -> Consumer:
        """Return the consumer."""
        app = App("furlong-toy", [Topic(ONLY_BETS, decode_bet, self.take)])
        database = Database.open(settings, "progress")
        return wire(app, database, STREAM, settings=stream, registry=registry, clock=clock)


async def _store_position(harness: Any, *, generation: str, next_offset: int) -> None:
    """Store a position for all partitions of the bets, as an earlier consumer would have."""
    row = {"topic": ONLY_BETS, "generation": generation, "next_offset": next_offset}
    rows = [
        row | {"partition": partition, "updated_at": datetime(2026, 3, 25, tzinfo=UTC)}
        for partition in range(4)
    ]
    async with harness.database.write() as connection:
        await connection.execute(insert(STREAM.position).values(rows))


def _bets(harness: Any) -> Callable[[int], Any]:
    """Return a condition: so many bets of our own brand are in the ledger."""

    async def has(count: int) -> bool:
        return len(await harness.rows(CONTRIBUTION)) == count

    return lambda count: lambda: has(count)


async def test_good_records_count_once_and_poison_between_them_is_parked(any_harness: Any) -> None:
    """Bets, duplicates, a void and several kinds of poison, produced at once."""
    harness = any_harness
    last = bet(brand_id="trackside", bet_id="b-4")
    await harness.send(scheme(brand_id="trackside"), account(brand_id="trackside"))
    await harness.send(
        bet(brand_id="trackside"),
        replace(last, value=b"{broken"),
        bet(brand_id="trackside", bet_id="b-2"),
        bet(brand_id="trackside"),
        replace(last, value=None),
        replace(last, value=b"\xff\xff"),
        bet(brand_id="trackside", bet_id="b-2", bet_revision=2, status="void"),
        bet(brand_id="trackside", bet_id="b-3", customer_id="c-9"),
        replace(bet(brand_id="nowhere"), key=last.key),
        last,
    )
    consumer = await harness.start()

    async def is_done() -> bool:
        bets = {row[1] for row in await harness.rows(CONTRIBUTION) if row[0] == "trackside"}
        return {"b-3", "b-4"} <= bets  # two customers, so perhaps two partitions

    await harness.until(is_done)
    progress = [row[:5] for row in await harness.rows(PROGRESS) if row[0] == "trackside"]
    assert sorted(progress) == [
        ("trackside", "c-1", "2026-W13", 1000, 2),
        ("trackside", "c-9", "2026-W13", 500, 1),
    ]
    ours = [row for row in await harness.rows(STREAM.dead_letter) if row[6] == last.key]
    assert sorted(row[5].partition(":")[0] for row in ours) == [
        "a null value has no meaning here",
        "not JSON",
        "not UTF-8",
        "the key contradicts the body, which belongs under 'nowhere",
    ]
    await harness.stop(consumer)
    assert harness.metric("duplicates_total", topic=ONLY_BETS) == 1
    assert not consumer.health().live


async def test_every_kind_of_poison_is_parked_between_good_records(any_harness: Any) -> None:
    """A bad record neither stops its batch nor rolls it back; nothing is retried."""
    harness, brand = any_harness, "paddock"
    good = [bet(brand_id=brand, bet_id=f"b-{number}") for number in range(14)]
    key, body = good[0].key, good[0].value or b""
    values = [
        b"",
        b"{broken",
        b"17",
        b"\xff\xfe{}",
        b'{"deep":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        body.replace(b": 500,", b": " + b"9" * 5_000 + b","),
        body.replace(b": 500,", b": -500,"),
        body.replace(b": 500,", b": NaN,"),
        body.replace(b"club.progress/1", b"club.progress/9"),
        body.replace(b'"b-0"', b'"\\ud800"'),
        body.replace(b"2026-03-25T14", b"1026-03-25T14"),
        b'"' + b"x" * 1_000_000 + b'"',
        None,
    ]
    poison = [replace(good[0], value=value) for value in values]
    poison.append(replace(bet(brand_id=brand, customer_id="c-2"), key=key))
    await harness.send(
        scheme(brand_id=brand), *[one for pair in zip(good, poison, strict=True) for one in pair]
    )
    consumer = await harness.start()

    async def all_there() -> bool:
        return sum(row[0] == brand for row in await harness.rows(CONTRIBUTION)) == len(good)

    await harness.until(all_there)
    await harness.until(lambda: _parked(harness, key, len(poison)))
    progress = [row[:5] for row in await harness.rows(PROGRESS) if row[0] == brand]
    assert progress == [(brand, "c-1", "2026-W13", 500 * len(good), len(good))]
    letters = [row for row in await harness.rows(STREAM.dead_letter) if row[6] == key]
    assert sorted(len(row[7] or b"") for row in letters) == sorted(len(one.value or b"") for one in poison)
    assert harness.metric("retries_total", topic=ONLY_BETS) == 0
    await harness.stop(consumer)


async def _parked(harness: Any, key: bytes | None, count: int) -> bool:
    return sum(row[6] == key for row in await harness.rows(STREAM.dead_letter)) == count


async def test_a_restarted_consumer_continues_from_the_stored_position(harness: Any) -> None:
    """It reads what arrived meanwhile, and nothing that it had applied."""
    bets = _bets(harness)
    await harness.send(scheme(), bet(), bet(bet_id="b-2"))
    first = await harness.start()
    await harness.until(bets(2))
    await harness.stop(first)
    await harness.send(bet(bet_id="b-3"))
    second = await harness.start()
    await harness.until(bets(3))
    await harness.stop(second)
    assert harness.metric("records_total", topic=ONLY_BETS) == 1


async def test_a_new_generation_is_read_from_its_start(harness: Any) -> None:
    """Positions in another generation do not apply to this one."""
    await _store_position(harness, generation="another", next_offset=1)
    await harness.send(scheme(), bet(), bet(bet_id="b-2"))
    consumer = await harness.start()
    await harness.until(_bets(harness)(2))
    await harness.stop(consumer)


async def test_reference_topics_are_read_before_the_bets_that_depend_on_them(harness: Any) -> None:
    """A bet produced long before its brand's scheme is not refused for an unknown brand."""
    await harness.send(*(bet(bet_id=f"b-{n}", customer_id=f"c-{n}") for n in range(20)))
    await harness.send(scheme())
    consumer = await harness.start()
    await harness.until(_bets(harness)(20))
    assert await harness.rows(STREAM.dead_letter) == []
    await harness.stop(consumer)


async def test_a_position_moved_by_another_member_is_followed(harness: Any) -> None:
    """The batch is refused, and reading continues from the stored position."""
    await harness.send(scheme(), bet())
    consumer = await harness.start()
    await harness.until(_bets(harness)(1))
    async with harness.database.write() as connection:
        table = STREAM.position
        await connection.execute(update(table).where(table.c.topic == ONLY_BETS).values(next_offset=2))
    await harness.send(bet(bet_id="applied-by-the-other"), bet(bet_id="b-3"))
    await harness.until(_bets(harness)(2))
    assert [row[1] for row in await harness.rows(CONTRIBUTION)] == ["b-1", "b-3"]
    await harness.stop(consumer)
    assert harness.metric("fenced_total", topic=ONLY_BETS) == 1


async def test_bets_that_the_database_has_forgotten_are_read_again(harness: Any) -> None:
    """The database returned, under a running consumer, as it was before the first batch."""
    await harness.send(scheme(), bet())
    consumer = await harness.start()
    await harness.until(_bets(harness)(1))
    async with harness.database.write() as connection:
        for table in (CONTRIBUTION, PROGRESS):
            await connection.execute(delete(table))
        table = STREAM.position
        await connection.execute(delete(table).where(table.c.topic == ONLY_BETS))
    await harness.send(bet(bet_id="b-2"))
    await harness.until(_bets(harness)(2))
    await harness.stop(consumer)


async def test_an_unavailable_database_is_waited_for(harness: Any) -> None:
    """The batch is retried until it succeeds: nothing is lost or out of order."""
    toy = Toy(GONE, times=4)
    await harness.send(bet(), bet(bet_id="b-2"), bet(bet_id="b-3"))
    consumer = await harness.start(toy.make)
    troubles: set[str] = set()

    async def is_through() -> bool:
        health = consumer.health()
        if health.live and not health.consuming:
            troubles.add(health.detail)
        return toy.seen == ["b-1", "b-2", "b-3"]

    await harness.until(is_through)
    assert any(trouble.startswith("the database is unavailable") for trouble in troubles)
    await harness.stop(consumer)
    assert harness.metric("failures_total", topic=ONLY_BETS) == 4


async def test_a_fault_in_the_program_stops_the_consumer_before_its_position_moves(harness: Any) -> None:
    """Continuing would lose records; retrying for ever would hide the fault."""
    toy = Toy(RuntimeError("a mistake"), times=1)
    await harness.send(bet())
    fault = await harness.ended(await harness.start(toy.make))
    assert isinstance(fault, RuntimeError)
    assert await harness.rows(STREAM.position) == []


async def test_a_stored_position_beyond_the_brokers_records_stops_the_consumer(harness: Any) -> None:
    """The topic was recreated, or records were lost: nothing is reset silently."""
    await _store_position(harness, generation=harness.generation, next_offset=99)
    fault = await harness.ended(await harness.start())
    assert isinstance(fault, PositionOutOfRange)
    assert "the stored position is 99, but the broker has offsets 0 to 0" in str(fault)


async def test_a_cancelled_consumer_leaves_at_once(harness: Any) -> None:
    """As at Ctrl-C, it leaves the group and closes the database."""
    await harness.send(scheme(), bet())
    consumer = await harness.start()
    await harness.until(_bets(harness)(1))
    task, began = harness.tasks.pop(consumer), time.monotonic()
    task.cancel()
    await asyncio.wait({task}, timeout=60)
    assert task.cancelled()
    assert time.monotonic() - began < 30
    assert consumer.health().detail == "stopped"


async def test_an_unavailable_broker_is_waited_for(tmp_path: object, free_port: Callable[[], int]) -> None:
    """The process stays alive, reports what is wrong, and stops on request."""
    stream = StreamSettings(bootstrap=f"127.0.0.1:{free_port()}", generation="g", retry_seconds=0.05)
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    consumer = create_consumer(settings, stream, CollectorRegistry(), SystemClock())
    task = asyncio.create_task(consumer.run())
    deadline = time.monotonic() + 60
    while not consumer.health().detail.startswith("Kafka is unavailable"):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    assert (consumer.health().live, consumer.health().consuming) == (True, False)
    await consumer.stop()
    await task


@pytest.mark.usefixtures("kafka_installed", "mariadb_installed")
async def test_topics_that_are_missing_are_named(real_harness: Any) -> None:
    """An installation without topics says so, and continues once they are created."""
    harness, topic = real_harness, f"late.{uuid4().hex}"

    def make(
        settings: DatabaseSettings, stream: StreamSettings, registry: CollectorRegistry, clock: Clock
    ) -> Consumer:
        app = App(f"furlong-{topic}", [Topic(topic, decode_bet, Toy(GONE, times=0).take)])
        database = Database.open(settings, "progress")
        return wire(app, database, STREAM, settings=stream, registry=registry, clock=clock)

    consumer = await harness.start(make)

    async def is_named() -> bool:
        return f"topics are missing: {topic}" in consumer.health().detail

    async def is_consuming() -> bool:
        return consumer.health().consuming

    await harness.until(is_named)
    await asyncio.to_thread(harness.create_topics, [topic])
    await harness.until(is_consuming)
    await harness.stop(consumer)


@pytest.mark.usefixtures("kafka_installed", "mariadb_installed")
async def test_records_larger_than_a_fetch_are_parked_between_good_ones(real_harness: Any) -> None:
    """Even one of 5 MB, if the topic allows it: nothing is blocked behind it."""
    harness, topic = real_harness, f"large.{uuid4().hex}"
    await asyncio.to_thread(harness.create_topics, [topic], config={"max.message.bytes": str(LARGE + 2**20)})
    toy = Toy(GONE, times=0)

    def make(
        settings: DatabaseSettings, stream: StreamSettings, registry: CollectorRegistry, clock: Clock
    ) -> Consumer:
        app = App(f"furlong-{topic}", [Topic(topic, decode_bet, toy.take)])
        database = Database.open(settings, "progress")
        return wire(app, database, STREAM, settings=stream, registry=registry, clock=clock)

    good = [replace(bet(bet_id=f"b-{number}"), topic=topic) for number in range(3)]
    producer = AIOKafkaProducer(bootstrap_servers=harness.bootstrap, max_request_size=LARGE + 2**20)
    await producer.start()
    for record in (
        good[0],
        replace(good[0], value=b"x" * 900_000),
        good[1],
        replace(good[0], value=b"x" * LARGE),
        good[2],
    ):
        await producer.send_and_wait(topic, value=record.value, key=record.key)
    await producer.stop()
    consumer = await harness.start(make, dead_letter_topics=False)

    async def all_there() -> bool:
        return toy.seen == ["b-0", "b-1", "b-2"]

    await harness.until(all_there)
    await harness.stop(consumer)
    sizes = [len(row[7]) for row in await harness.rows(STREAM.dead_letter) if row[1] == topic]
    assert sorted(sizes) == [900_000, LARGE]
