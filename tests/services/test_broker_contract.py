"""What Furlong requires of a Kafka broker, tested on the embedded one and a real one."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterable

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from furlong.demo.embedded_broker import EmbeddedBroker
from tools.private_kafka import PrivateKafka

Broker = EmbeddedBroker | PrivateKafka
GENEROUS_SECONDS = 60


@pytest.fixture(params=["embedded_broker", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> Broker:
    """Provide either broker."""
    chosen: Broker = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
def topic(broker: Broker) -> str:
    """Provide a topic of the test's own."""
    name = f"contract.{uuid.uuid4().hex}"
    broker.create_topics([name])
    return name


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    """Provide a started producer that waits for all replicas."""
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as started:
        yield started


async def publish(
    producer: AIOKafkaProducer, topic: str, values: Iterable[bytes], partition: int = 0
) -> None:
    """Write values to a partition in order."""
    for value in values:
        await producer.send_and_wait(topic, value, partition=partition)


async def take(consumer: AIOKafkaConsumer, count: int) -> list[ConsumerRecord[bytes, bytes]]:
    """Read exactly that many records, with a generous time limit."""
    async with asyncio.timeout(GENEROUS_SECONDS):
        return [await consumer.getone() for _ in range(count)]


def positioned(broker: Broker, topic: str, offset: int, *, reset: str = "none") -> "PositionedConsumer":
    """Open a consumer without a group that reads partition 0 from an offset."""
    return PositionedConsumer(broker.bootstrap, TopicPartition(topic, 0), offset, reset)


class PositionedConsumer:
    """A function that opens a consumer at an offset, as a consumer with its own positions does."""

    def __init__(self, bootstrap: str, partition: TopicPartition, offset: int, reset: str) -> None:
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset=reset)
        self._partition = partition
        self._offset = offset

    async def __aenter__(self) -> AIOKafkaConsumer:
        self._consumer.assign([self._partition])
        await self._consumer.start()
        self._consumer.seek(self._partition, self._offset)
        return self._consumer

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()


async def test_a_message_comes_back_as_it_was_sent(
    broker: Broker, topic: str, producer: AIOKafkaProducer
) -> None:
    """Key, value, headers and time of a message are what the producer gave."""
    sent_at = int(time.time() * 1000)
    headers = [("schema", b"club.progress/1"), ("traceparent", b"00-abc-def-01")]
    await producer.send_and_wait(
        topic, b'{"a":1}', key=b"c-1001", partition=0, timestamp_ms=sent_at, headers=headers
    )
    async with positioned(broker, topic, 0) as consumer:
        (record,) = await take(consumer, 1)
    assert (record.key, record.value, list(record.headers)) == (b"c-1001", b'{"a":1}', headers)
    assert (record.timestamp, record.partition, record.offset) == (sent_at, 0, 0)


async def test_a_tombstone_has_no_value(broker: Broker, topic: str, producer: AIOKafkaProducer) -> None:
    """A null value stays null and differs from an empty one."""
    await producer.send_and_wait(topic, None, key=b"gone", partition=0)
    await producer.send_and_wait(topic, b"", key=b"empty", partition=0)
    async with positioned(broker, topic, 0) as consumer:
        records = await take(consumer, 2)
    assert [(record.key, record.value) for record in records] == [(b"gone", None), (b"empty", b"")]


async def test_a_message_may_have_no_key(broker: Broker, topic: str, producer: AIOKafkaProducer) -> None:
    """A null key stays null."""
    await producer.send_and_wait(topic, b"keyless", partition=0)
    async with positioned(broker, topic, 0) as consumer:
        (record,) = await take(consumer, 1)
    assert record.key is None


async def test_a_key_stays_in_one_partition_and_in_order(topic: str, producer: AIOKafkaProducer) -> None:
    """All messages of a key go to the same partition, in the order in which they were sent."""
    sent = [await producer.send(topic, str(number).encode(), key=b"c-1001") for number in range(20)]
    metadata = [await delivery for delivery in sent]
    partitions = {written.partition for written in metadata}
    assert len(partitions) == 1
    assert [written.offset for written in metadata] == list(range(20))


async def test_a_topic_has_the_partitions_it_was_created_with(topic: str, producer: AIOKafkaProducer) -> None:
    """A topic created without a number has four partitions."""
    assert await producer.partitions_for(topic) == {0, 1, 2, 3}


async def test_reading_starts_at_the_offset_asked_for(
    broker: Broker, topic: str, producer: AIOKafkaProducer
) -> None:
    """A consumer that seeks an offset reads that message first."""
    await publish(producer, topic, [b"0", b"1", b"2", b"3"])
    async with positioned(broker, topic, 2) as consumer:
        records = await take(consumer, 2)
    assert [(record.offset, record.value) for record in records] == [(2, b"2"), (3, b"3")]


async def test_seeking_back_gives_a_batch_again(
    broker: Broker, topic: str, producer: AIOKafkaProducer
) -> None:
    """When a batch could not be written, a seek to its first offset delivers all of it again."""
    await publish(producer, topic, [b"0", b"1", b"2"])
    async with positioned(broker, topic, 0) as consumer:
        first = await take(consumer, 3)
        consumer.seek(TopicPartition(topic, 0), 0)
        again = await take(consumer, 3)
    assert [record.value for record in again] == [record.value for record in first]


async def test_the_end_of_a_partition_is_known(
    broker: Broker, topic: str, producer: AIOKafkaProducer
) -> None:
    """First and next offset of a partition can be read, so that lag can be computed."""
    await publish(producer, topic, [b"0", b"1", b"2"], partition=1)
    partition = TopicPartition(topic, 1)
    async with positioned(broker, topic, 0, reset="earliest") as consumer:
        assert await consumer.beginning_offsets([partition]) == {partition: 0}
        assert await consumer.end_offsets([partition]) == {partition: 3}


async def test_a_position_beyond_the_end_is_an_error(
    broker: Broker, topic: str, producer: AIOKafkaProducer
) -> None:
    """A consumer that may not reset gets an error if the broker has no such position."""
    await publish(producer, topic, [b"0"])
    async with positioned(broker, topic, 1000) as consumer, asyncio.timeout(GENEROUS_SECONDS):
        with pytest.raises(OffsetOutOfRangeError):
            await consumer.getone()


async def test_a_group_of_one_gets_every_partition(
    broker: Broker, topic: str, producer: AIOKafkaProducer
) -> None:
    """The only member of a group reads all partitions, from the earliest message."""
    for partition in range(4):
        await publish(producer, topic, [str(partition).encode()], partition=partition)
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=broker.bootstrap, group_id=f"g-{topic}", auto_offset_reset="earliest"
    ) as consumer:
        records = await take(consumer, 4)
        assert {assigned.partition for assigned in consumer.assignment()} == {0, 1, 2, 3}
    assert {record.value for record in records} == {b"0", b"1", b"2", b"3"}


async def test_a_group_continues_from_its_committed_offset(
    broker: Broker, topic: str, producer: AIOKafkaProducer
) -> None:
    """A group that returns starts after what it committed."""
    await publish(producer, topic, [b"0", b"1", b"2"])
    partition = TopicPartition(topic, 0)
    settings = {
        "bootstrap_servers": broker.bootstrap,
        "group_id": f"g-{topic}",
        "auto_offset_reset": "earliest",
        "enable_auto_commit": False,
        "session_timeout_ms": 6000,  # the embedded broker waits for it before the second consumer gets in
    }
    async with AIOKafkaConsumer(topic, **settings) as consumer:
        await take(consumer, 3)
        await consumer.commit({partition: 2})
    async with AIOKafkaConsumer(topic, **settings) as consumer:
        assert await consumer.committed(partition) == 2
        (record,) = await take(consumer, 1)
    assert (record.offset, record.value) == (2, b"2")


async def test_a_paused_partition_gives_nothing_until_it_resumes(
    broker: Broker, topic: str, producer: AIOKafkaProducer
) -> None:
    """Pausing withholds one partition while another is read, and loses nothing."""
    held, read = TopicPartition(topic, 0), TopicPartition(topic, 1)
    async with AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([held, read])
        consumer.pause(held)
        await publish(producer, topic, [b"held"], partition=0)
        await publish(producer, topic, [b"read"], partition=1)
        (while_paused,) = await take(consumer, 1)
        consumer.resume(held)
        (after,) = await take(consumer, 1)
    assert (while_paused.value, after.value) == (b"read", b"held")


async def test_an_idempotent_producer_writes_each_message_once(broker: Broker, topic: str) -> None:
    """An idempotent producer works, in order and without gaps."""
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=True) as producer:
        await publish(producer, topic, [b"0", b"1", b"2"])
    async with positioned(broker, topic, 0) as consumer:
        records = await take(consumer, 3)
        assert await consumer.end_offsets([TopicPartition(topic, 0)]) == {TopicPartition(topic, 0): 3}
    assert [record.value for record in records] == [b"0", b"1", b"2"]


async def test_a_compressed_batch_is_read(broker: Broker, topic: str) -> None:
    """Messages compressed with gzip come back as they were."""
    values = [b"x" * 1000, b"y" * 1000]
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, compression_type="gzip") as producer:
        await publish(producer, topic, values)
    async with positioned(broker, topic, 0) as consumer:
        records = await take(consumer, 2)
    assert [record.value for record in records] == values
