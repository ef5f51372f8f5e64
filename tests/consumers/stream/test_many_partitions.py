"""Many partitions at a time: order within each, bounds on all of them, and rebalances."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from pymysql.err import OperationalError as MysqlOperationalError
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.broker.memory import MemoryBroker
from consumers.stream.broker.source import OnRevoked, Source
from consumers.stream.consumer import App, Consumer
from consumers.stream.errors import Poison, Stalled, TooManyDeadLetters
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import AnyTopic, Message, Outcome, Topic
from consumers.stream.wiring import wire
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import METADATA, STREAM
from tests.support.database_probe import migrated

TOPIC, GROUP = "numbers", "furlong-numbers"
PATIENCE_SECONDS = 180.0
GONE = OperationalError("SELECT", {}, MysqlOperationalError(2006, "MySQL server has gone away"))


def _number(record: Record) -> int:
    try:
        return int(record.value or b"")
    except ValueError as fault:
        raise Poison("not a number") from fault


async def _dawdle() -> None:
    await asyncio.sleep(random.uniform(0, 0.02))  # noqa: S311 - varies the order of events


@dataclass
class MemberGroup:
    """Members of a group over a broker in memory, which only remember what they were given."""

    url: str
    broker: MemoryBroker
    seen: dict[int, list[int]] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    gate: Callable[[], Any] = lambda: asyncio.sleep(0)
    topics: Sequence[AnyTopic] = ()
    running: dict[Consumer, asyncio.Task[None]] = field(default_factory=dict)

    async def take(self, _connection: AsyncConnection, messages: Sequence[Message[int]]) -> Outcome:
        """Remember what arrives, once the gate lets it through."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.gate()
        finally:
            self.at_once -= 1
        self.sizes.append(len(messages))
        for message in messages:
            self.seen.setdefault(message.record.partition, []).append(message.event)
        return Outcome()

    def start(self, source: Callable[[Source], Source] = lambda one: one, **changes: Any) -> Consumer:
        """Start one more member."""
        quick: dict[str, Any] = {
            "poll_seconds": 0.1,
            "retry_seconds": 0.02,
            "retry_limit_seconds": 0.1,
            "linger_seconds": 0,
        }
        app = App(GROUP, self.topics or [Topic(TOPIC, _number, self.take)])

        async def join(revoked: OnRevoked) -> Source:
            return source(await self.broker.join(GROUP, list(app.by_name), revoked))

        consumer = wire(
            app,
            Database.open(DatabaseSettings(url=self.url), "progress"),
            STREAM,
            settings=StreamSettings(**(quick | {"dead_letter_topics": False} | changes)),
            registry=CollectorRegistry(),
            clock=SystemClock(),
            join=join,
        )
        self.running[consumer] = asyncio.create_task(consumer.run())
        return consumer

    def send(self, count: int, partitions: int = 4) -> None:
        """Send numbers in ascending order, spread over the partitions."""
        for number in range(count):
            self.broker.send(Record(TOPIC, 0, 0, b"", str(number).encode()), number % partitions)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a condition."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline, "waited in vain"
            await asyncio.sleep(0.005)

    def has(self, count: int) -> Callable[[], bool]:
        """Return a condition: so many numbers have arrived, including duplicates."""
        return lambda: sum(map(len, self.seen.values())) >= count

    async def ended(self, consumer: Consumer) -> BaseException | None:
        """Return what a member ends with by itself."""
        task = self.running.pop(consumer)
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        return task.exception()

    async def stop(self) -> None:
        """Stop all members."""
        for consumer, task in self.running.items():
            await consumer.stop()
            await task


async def _group(url: str) -> AsyncIterator[MemberGroup]:
    async with migrated(url, "progress", METADATA):
        group = MemberGroup(url, MemoryBroker("g-1"))
        group.broker.create_topics([TOPIC])
        yield group
        await group.stop()


@pytest.fixture
async def group(tmp_path: object) -> AsyncIterator[MemberGroup]:
    """Provide members over SQLite: one transaction at a time."""
    async for opened in _group(f"sqlite+aiosqlite:///{tmp_path}"):
        yield opened


@pytest.fixture
async def mariadb_group(mariadb_url: str) -> AsyncIterator[MemberGroup]:
    """Provide members over MariaDB; its tests need the marker."""
    async for opened in _group(mariadb_url):
        yield opened


async def test_partitions_are_applied_concurrently_each_in_order(mariadb_group: MemberGroup) -> None:
    """Never more transactions than workers, never two of one partition, never out of order."""
    group = mariadb_group
    met = asyncio.Event()

    async def meet() -> None:
        """Wait for two others, unless three have met before."""
        if group.at_once == 3:
            met.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(met.wait(), timeout=1)
        await _dawdle()

    group.gate = meet
    group.send(800)
    group.start(batch_records=20, workers=3)
    await group.until(group.has(800))
    assert group.most_at_once == 3
    assert group.seen == {number: list(range(number, 800, 4)) for number in range(4)}


async def test_on_sqlite_one_transaction_runs_at_a_time(group: MemberGroup) -> None:
    """SQLite has one writer: more workers would only wait, each in a thread."""
    group.send(100)
    group.start(batch_records=10, workers=4)
    await group.until(group.has(100))
    assert group.most_at_once == 1


async def test_few_records_of_many_partitions_share_a_transaction(group: MemberGroup) -> None:
    """A trickle of records does not cost a transaction for each partition."""
    group.send(8)
    group.start()
    await group.until(group.has(8))
    assert group.sizes == [8]


async def test_no_more_is_read_than_can_be_applied(group: MemberGroup) -> None:
    """While the database is slow, nothing more is polled, so memory stays bounded."""
    opened = asyncio.Event()
    group.gate = opened.wait
    polled: list[int] = []

    def counting(source: Source) -> Source:
        inner = source.poll

        async def poll(*arguments: Any) -> Any:
            found = await inner(*arguments)
            polled.append(sum(map(len, found.values())))
            return found

        source.poll = poll  # type: ignore[method-assign, assignment]
        return source

    group.send(400)
    group.start(counting, batch_records=10)
    await group.until(lambda: sum(polled) >= 10)
    await asyncio.sleep(0.3)
    assert sum(polled) == 10
    opened.set()
    await group.until(group.has(400))


async def test_a_rebalance_waits_for_the_running_batch(group: MemberGroup) -> None:
    """The batch is finished before another member owns the partition, so that it is not applied again."""
    opened = asyncio.Event()
    group.gate = opened.wait
    group.send(40)
    first = group.start(batch_records=5)
    await group.until(lambda: group.at_once == 1)
    second = group.start(batch_records=5)
    await asyncio.sleep(0.1)
    assert second.health().detail == "starting"
    opened.set()
    await group.until(group.has(40))
    assert group.seen == {number: list(range(number, 40, 4)) for number in range(4)}
    assert first.health().consuming


async def test_members_that_join_and_leave_apply_everything_once_and_in_order(group: MemberGroup) -> None:
    """Each partition has one position, whichever member owns it."""
    group.gate = _dawdle
    group.send(600)
    members = [group.start(batch_records=5)]
    for _ in range(3):
        await asyncio.sleep(0.1)
        members.append(group.start(batch_records=5))
        await asyncio.sleep(0.1)
        left = members.pop(0)
        await left.stop()
        await group.running.pop(left)
    await group.until(group.has(600))
    assert group.seen == {number: list(range(number, 600, 4)) for number in range(4)}


async def test_a_member_without_partitions_stands_by(group: MemberGroup) -> None:
    """It is healthy, and gets partitions when another member leaves."""
    members = [group.start() for _ in range(5)]
    await group.until(lambda: all(member.health().consuming for member in members))
    for member in members[:4]:
        await member.stop()
        await group.running.pop(member)
    group.send(4)
    await group.until(group.has(4))


async def test_all_partitions_are_read_again_when_the_database_is_back(group: MemberGroup) -> None:
    """The first batch that succeeds ends the backoff of all partitions."""
    faults = 3

    async def gate() -> None:
        nonlocal faults
        if faults:
            faults -= 1
            raise GONE

    group.gate = gate
    group.send(40)
    consumer = group.start(batch_records=5)
    details = set()
    await group.until(lambda: details.add(consumer.health().detail) or group.has(40)())
    assert any(detail.startswith("the database is unavailable") for detail in details)
    await group.until(lambda: consumer.health().database and consumer.health().lag == 0)
    assert group.seen == {number: list(range(number, 40, 4)) for number in range(4)}


async def test_a_broken_producer_stops_the_consumer_with_its_reason(group: MemberGroup) -> None:
    """Health says why, even after the end; the rest of the topic is not read."""
    for number in range(200):
        group.broker.send(Record(TOPIC, 0, 0, b"", b"x" if number > 20 else b"1"), number % 4)
    consumer = group.start(dead_letter_limit=30, batch_records=10)
    fault = await group.ended(consumer)
    assert isinstance(fault, TooManyDeadLetters)
    assert "numbers: " in consumer.health().detail
    assert not consumer.health().live


class Deaf:
    """A source whose polls return nothing."""

    def __init__(self, inner: Source) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def poll(self, *_: object) -> dict[Any, Any]:
        """Return nothing, after a while."""
        await asyncio.sleep(0.02)
        return {}


async def test_a_member_rejoins_the_group_when_records_do_not_arrive(group: MemberGroup) -> None:
    """A connection may be dead in one direction: another one delivers the records."""
    sources: list[Source] = []

    def deaf_at_first(source: Source) -> Source:
        sources.append(source)
        return source if len(sources) > 1 else Deaf(source)

    group.send(8)
    group.start(deaf_at_first, stalled_seconds=0.2)
    await group.until(group.has(8))
    assert len(sources) == 2


async def test_records_that_never_arrive_end_the_process(group: MemberGroup) -> None:
    """After some connections without progress, the supervisor has to decide."""
    group.send(8)
    consumer = group.start(Deaf, stalled_seconds=0.1)
    assert isinstance(await group.ended(consumer), Stalled)


class DeafToOne:
    """A source on which one partition returns nothing."""

    def __init__(self, inner: Source) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def poll(self, partitions: Any, *rest: Any) -> Any:
        """Poll the other partitions."""
        return await self._inner.poll([partition for partition in partitions if partition.number != 2], *rest)


async def test_one_partition_that_does_not_arrive_is_named(group: MemberGroup) -> None:
    """The others are applied; the process ends and names the stalled partition."""
    group.send(40)
    consumer = group.start(DeafToOne, stalled_seconds=0.3)
    fault = await group.ended(consumer)
    assert isinstance(fault, Stalled)
    assert str(fault) == "records are waiting but do not arrive: numbers/2"
    assert {number: len(seen) for number, seen in group.seen.items()} == {0: 10, 1: 10, 3: 10}


class AlwaysRebalancing:
    """A source whose group rebalances at every look."""

    def __init__(self, inner: Source) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def bounds(self, partitions: Any) -> Any:
        """Return the bounds, after replacing the assignment."""
        self._inner.assignment.change(self._inner.assignment.partitions)
        await asyncio.sleep(0.01)
        return await self._inner.bounds(partitions)


async def test_a_group_that_keeps_rebalancing_ends_the_process(group: MemberGroup) -> None:
    """Health says so meanwhile; new connections are tried first."""
    group.send(8)
    consumer = group.start(AlwaysRebalancing, stalled_seconds=0.1, session_seconds=0.1)
    await group.until(lambda: consumer.health().detail == "starting")
    fault = await group.ended(consumer)
    assert isinstance(fault, Stalled)
    assert "the group has been rebalancing" in str(fault)


async def test_a_database_that_was_away_once_hides_no_rebalancing(group: MemberGroup) -> None:
    """A group that never comes to rest ends the process, though the database could not be read at first."""
    group.send(8)
    consumer = group.start(AlwaysRebalancing, stalled_seconds=0.1, session_seconds=0.1)
    consumer._health_state.database = "the database is unavailable: it was restarted"
    assert isinstance(await group.ended(consumer), Stalled)


async def test_positions_are_committed_to_the_broker_as_hints(group: MemberGroup) -> None:
    """They are for lag tools; the ends of partitions are read as well."""
    group.send(8)
    consumer = group.start(hint_seconds=0.05)
    await group.until(group.has(8))
    await group.until(lambda: sorted(group.broker.hints(GROUP).values()) == [2, 2, 2, 2])
    assert consumer.health().lag == 0


async def test_reference_topics_that_another_member_reads_are_awaited(group: MemberGroup) -> None:
    """The owner of the bets starts only when the schemes are applied, even by another member."""
    opened = asyncio.Event()
    order: list[str] = []

    async def reference(_connection: AsyncConnection, messages: Sequence[Message[int]]) -> Outcome:
        await opened.wait()
        order.extend("reference" for _ in messages)
        return Outcome()

    async def bets(_connection: AsyncConnection, messages: Sequence[Message[int]]) -> Outcome:
        order.extend("bet" for _ in messages)
        return Outcome()

    group.broker.create_topics(["rules"])
    group.topics = [Topic("rules", _number, reference, reference=True), Topic(TOPIC, _number, bets)]
    for _ in range(8):
        group.broker.send(Record("rules", 0, 0, b"", b"1"), 0)
    group.send(8)
    members = [group.start() for _ in range(2)]
    await group.until(lambda: all(member.health().consuming for member in members))
    await asyncio.sleep(0.3)
    assert order == []
    opened.set()
    await group.until(lambda: len(order) == 16)
    assert order == ["reference"] * 8 + ["bet"] * 8
