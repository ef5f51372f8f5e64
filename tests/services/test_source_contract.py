"""What the stream requires of a source, tested on brokers in memory, embedded, told and real."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka.errors import OffsetOutOfRangeError
from confluent_kafka import Producer

from consumers.stream.broker.source import Feature, Source
from consumers.stream.errors import TopicRecreated
from consumers.stream.records import Partition, Record
from furlong.demo.consumers.partition_ends import watching_ends
from tests.support.consumers.source_brokers import (
    PATIENCE_SECONDS,
    MemoryBrokerUnderTest,
    WokenBrokerUnderTest,
    brokers_with,
    kafka_broker_under_test,
    passed,
    quick_cleaner,
    read,
)

AT = datetime(2026, 3, 25, 14, 3, 11, 250_000, tzinfo=UTC)


@pytest.fixture
async def under_test(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """Provide a broker of the requested kind."""
    match request.param:
        case "memory":
            yield MemoryBrokerUnderTest()
        case "embedded":
            broker = request.getfixturevalue("embedded_broker")
            async with kafka_broker_under_test(broker, broker.generation) as opened:
                yield opened
        case "woken":
            broker, topic = request.getfixturevalue("embedded_broker"), request.getfixturevalue("topic")
            broker.create_topics([topic])
            async with (
                kafka_broker_under_test(broker, broker.generation) as opened,
                watching_ends(broker.bootstrap, [topic]) as ends,
            ):
                yield WokenBrokerUnderTest(opened, ends)
        case _:
            async with kafka_broker_under_test(request.getfixturevalue("kafka"), None) as opened:
                yield opened


@pytest.fixture
def topic() -> str:
    """Provide a topic name of the test's own."""
    return f"contract.{uuid.uuid4().hex}"


@asynccontextmanager
async def member(under_test: Any, topic: str, **more: Any) -> AsyncIterator[Source]:
    """Join a group of the test's own, and leave it at the end."""
    source = await under_test.join(f"g-{topic}", topic, **more)
    try:
        yield source
    finally:
        await source.leave()


def _of(source: Source, topic: str, number: int = 0) -> Partition:
    return next(partition for partition in source.partitions(topic) if partition.number == number)


def _at_start(source: Source, topic: str, number: int = 0) -> Partition:
    partition = _of(source, topic, number)
    source.seek(partition, 0)
    source.fetch_only([partition])
    return partition


def _record(topic: str, value: bytes | None) -> Record:
    return Record(topic, 0, 0, b"c-1001", value)


async def _send(under_test: Any, topic: str, *values: bytes, partition: int = 0) -> None:
    for value in values:
        await under_test.send(_record(topic, value), partition)


@brokers_with()
async def test_a_record_comes_as_it_was_sent(under_test: Any, topic: str) -> None:
    """Key, value, headers, time and origin are the same; a null value differs from an empty one."""
    under_test.create(topic)
    headers = (("schema", b"club.progress/1"), ("traceparent", b"00-abc-def-01"), ("none", None))
    sent = Record(topic, 2, 0, b"c-1001", None, headers, AT)
    await under_test.send(sent, 2)
    await under_test.send(_record(topic, b""), 2)
    async with member(under_test, topic) as source:
        first, second = await read(source, [_at_start(source, topic, 2)], 2)
    assert (first, second.value, second.offset) == (sent, b"", 1)


@brokers_with()
async def test_a_new_member_has_partitions_and_reads_nothing_before_a_position_is_sought(
    under_test: Any, topic: str
) -> None:
    """Positions come from the database alone."""
    under_test.create(topic)
    await _send(under_test, topic, b"0")
    async with member(under_test, topic) as source:
        assert source.assignment.partitions == set(source.partitions(topic))
        assert len(source.assignment.partitions) == 4
        assert await source.poll([_of(source, topic)], 0.3, 10) == {}
        (record,) = await read(source, [_at_start(source, topic)], 1)
    assert record.value == b"0"


@brokers_with()
async def test_records_come_in_order_and_no_more_than_requested(under_test: Any, topic: str) -> None:
    """A poll is bounded, and the next one continues."""
    under_test.create(topic)
    await _send(under_test, topic, *[str(number).encode() for number in range(10)])
    async with member(under_test, topic) as source:
        partition = _at_start(source, topic)
        sizes: list[int] = []
        found: list[Any] = []
        while len(found) < 10:
            polled = await source.poll([partition], 5, 4)
            sizes.append(sum(map(len, polled.values())))
            found += polled.get(partition, [])
    assert max(sizes) <= 4
    assert [record.offset for record in found] == list(range(10))


@brokers_with()
async def test_seeking_back_gives_records_again(under_test: Any, topic: str) -> None:
    """When a batch could not be written, all of it is delivered again."""
    under_test.create(topic)
    await _send(under_test, topic, b"0", b"1", b"2")
    async with member(under_test, topic) as source:
        partition = _at_start(source, topic)
        first = await read(source, [partition], 3)
        source.seek(partition, 1)
        again = await read(source, [partition], 2)
    assert again == first[1:]


@brokers_with()
async def test_a_partition_that_is_not_fetched_delivers_nothing_and_loses_nothing(
    under_test: Any, topic: str
) -> None:
    """This holds for a paused partition, and for one that a poll leaves out because it is busy."""
    under_test.create(topic)
    async with member(under_test, topic) as source:
        held, read_ = _at_start(source, topic, 0), _at_start(source, topic, 1)
        source.fetch_only([read_])
        await _send(under_test, topic, b"held")
        await _send(under_test, topic, b"read", partition=1)
        assert [one.value for one in await read(source, [held, read_], 1)] == [b"read"]
        source.fetch_only([held, read_])
        await _send(under_test, topic, b"busy", partition=1)
        assert [one.value for one in await read(source, [held], 1)] == [b"held"]
        assert [one.value for one in await read(source, [read_], 1)] == [b"busy"]


@brokers_with()
async def test_the_ends_of_partitions_are_known(under_test: Any, topic: str) -> None:
    """First and next offset, even of partitions that were never read, and the fetch position."""
    under_test.create(topic)
    await _send(under_test, topic, b"0", b"1", b"2", partition=1)
    async with member(under_test, topic) as source:
        one, other = _of(source, topic, 1), _of(source, topic, 3)
        assert await source.bounds([one, other]) == {one: (0, 3), other: (0, 0)}
        await read(source, [_at_start(source, topic, 1)], 3)
        assert (await source.fetch_position(one), source.end(one)) == (3, 3)


@brokers_with()
async def test_a_position_that_the_broker_does_not_have_is_an_error(under_test: Any, topic: str) -> None:
    """It is never silently set to another one."""
    under_test.create(topic)
    await _send(under_test, topic, b"0")
    async with member(under_test, topic) as source:
        partition = _at_start(source, topic)
        source.seek(partition, 1000)
        with pytest.raises(OffsetOutOfRangeError):
            await read(source, [partition], 1)


@brokers_with()
async def test_hints_are_accepted_and_foreign_partitions_ignored(under_test: Any, topic: str) -> None:
    """Partitions that a member no longer owns do not matter to it."""
    under_test.create(topic)
    async with member(under_test, topic) as source:
        await source.commit_hint({_of(source, topic): 0})
        strange = Partition(topic, 99, "g-9")
        source.seek(strange, 5)
        assert (await source.fetch_position(strange), await source.bounds([])) == (0, {})


@brokers_with(Feature.SECOND_MEMBER)
async def test_members_share_the_partitions_and_are_notified_before(under_test: Any, topic: str) -> None:
    """A new member gets some once all are revoked; a leaving member returns its own."""
    under_test.create(topic)
    events: list[str] = []

    async def revoked() -> None:
        events.append("revoked")

    async with member(under_test, topic, revoked=revoked) as first:
        everything = first.assignment.partitions
        events.clear()
        async with member(under_test, topic) as second, asyncio.timeout(60):
            while not (first.assignment.partitions and second.assignment.partitions):
                await first.poll((), 0.1, 1)
                await second.poll((), 0.1, 1)
            assert first.assignment.partitions | second.assignment.partitions == everything
            assert not first.assignment.partitions & second.assignment.partitions
            assert events == ["revoked"]
        async with asyncio.timeout(60):
            while first.assignment.partitions != everything:
                await first.poll((), 0.1, 1)


@brokers_with(Feature.RETENTION)
async def test_a_position_before_retained_records_is_an_error(under_test: Any, topic: str) -> None:
    """The first offset moves, and a position before it is an error."""
    under_test.create(topic)
    await _send(under_test, topic, b"0", b"1", b"2")
    await under_test.forget(topic, 0, 2)
    async with member(under_test, topic) as source:
        partition = _at_start(source, topic)
        assert (await source.bounds([partition]))[partition] == (2, 3)
        with pytest.raises(OffsetOutOfRangeError):
            await read(source, [partition], 1)
        source.seek(partition, 2)
        assert [one.value for one in await read(source, [partition], 1)] == [b"2"]


async def _verified_until_it_fails(source: Source) -> None:
    """Verify repeatedly, as members do: a broker may show a new topic only after a moment."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            await source.verify_topics()
            await asyncio.sleep(0.05)


@brokers_with(Feature.DELETION)
async def test_a_recreated_topic_is_told_apart_from_the_deleted_one(under_test: Any, topic: str) -> None:
    """Its partitions have another generation, and a member of the old one gets an error."""
    under_test.create(topic)
    async with member(under_test, topic) as source:
        old = set(source.partitions(topic))
        await source.verify_topics()
        await under_test.recreate(topic)
        with pytest.raises(TopicRecreated, match=topic):
            await _verified_until_it_fails(source)
    async with member(under_test, topic) as source:
        await source.verify_topics()
        assert old.isdisjoint(source.partitions(topic))


@brokers_with(Feature.ADMINISTRATION)
async def test_a_topic_has_the_requested_partitions(under_test: Any, topic: str) -> None:
    """It is created by the broker's administration."""
    under_test.make(topic, 7, {})
    async with member(under_test, topic) as source:
        assert {partition.number for partition in source.partitions(topic)} == set(range(7))


@brokers_with(Feature.COMPACTION)
async def test_a_compacted_topic_keeps_the_newest_of_a_key_at_its_offset(under_test: Any, topic: str) -> None:
    """Offsets that no longer hold a record are skipped."""
    quick_cleaner(under_test.admin)
    often = {"segment.ms": "100", "min.cleanable.dirty.ratio": "0.01", "max.compaction.lag.ms": "100"}
    under_test.make(topic, 1, {"cleanup.policy": "compact", **often})
    offsets: list[int] = []
    async with asyncio.timeout(120):
        for number in range(10_000):
            await _send(under_test, topic, str(number).encode())
            async with member(under_test, f"{topic}") as source:
                partition = _at_start(source, topic)
                found = await read(source, [partition], 1)
                while more := await source.poll([partition], 0.3, 100):
                    found += more[partition]
            offsets = [one.offset for one in found]
            if offsets[0] > 0:
                break
            await asyncio.sleep(0.3)
    assert offsets == sorted(offsets)
    assert found[-1].value == str(number).encode()


@brokers_with(Feature.TRANSACTIONS)
async def test_records_of_an_aborted_transaction_are_never_seen(under_test: Any, topic: str) -> None:
    """A partition is read to its end even if only transaction markers are there."""
    under_test.create(topic)
    producer = Producer({"bootstrap.servers": under_test.broker.bootstrap, "transactional.id": topic})
    await asyncio.to_thread(producer.init_transactions, 60)
    for value, end in ((b"kept", producer.commit_transaction), (b"taken back", producer.abort_transaction)):
        producer.begin_transaction()
        producer.produce(topic, value, partition=0)
        producer.flush(30)
        await asyncio.to_thread(end, 60)
    producer.close()
    async with member(under_test, topic) as source:
        partition = _at_start(source, topic)
        assert [one.value for one in await read(source, [partition], 1)] == [b"kept"]
        last = (await source.bounds([partition]))[partition].end
        assert last == 4
        assert await passed(source, partition, last)
