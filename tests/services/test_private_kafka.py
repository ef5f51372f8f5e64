"""Private Kafka brokers are separate, keep their data, and do not create topics by themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as Partition
from confluent_kafka.admin import AdminClient

from tools.kafka_jars import ARCHIVE, prepared_folder
from tools.private_kafka import PrivateKafka, start_kafka

pytestmark = pytest.mark.usefixtures("kafka_installed")


@pytest.fixture
def other(processes: None, tmp_path: Path) -> Iterator[PrivateKafka]:
    """Provide a second broker beside the session's."""
    broker = start_kafka(tmp_path / "other")
    yield broker
    broker.stop()


async def topics(broker: PrivateKafka) -> set[str]:
    """Name a broker's topics."""
    client = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await client.start()
    try:
        return set(await client.list_topics())
    finally:
        await client.close()


async def test_two_brokers_hold_different_topics(kafka: PrivateKafka, other: PrivateKafka) -> None:
    """A topic of one broker is unknown to the other."""
    other.create_topics(["only.here"])
    assert "only.here" in await topics(other)
    assert "only.here" not in await topics(kafka)


def test_each_broker_is_a_cluster_of_its_own(kafka: PrivateKafka, other: PrivateKafka) -> None:
    """What new brokers have in common is not their cluster: a client would take one for the other."""
    clusters = {
        AdminClient({"bootstrap.servers": broker.bootstrap}).list_topics(timeout=30).cluster_id
        for broker in (kafka, other)
    }
    assert len(clusters - {None}) == 2


def test_a_broker_starts_with_the_classes_of_an_earlier_one(kafka: PrivateKafka) -> None:
    """Java accepts the archive, which halves what a start costs; it would start without a word if not."""
    archive = prepared_folder() / ARCHIVE
    assert str(archive) in Path(f"/proc/{kafka.process.pid}/maps").read_text()


async def test_a_topic_is_created_only_on_request(kafka: PrivateKafka) -> None:
    """Looking for a misspelt topic does not create it."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap) as consumer:
        assert consumer.partitions_for_topic("club.porgress") is None
        await consumer._client.force_metadata_update()
    assert "club.porgress" not in await topics(kafka)


def test_a_created_topic_can_be_read_at_once(other: PrivateKafka) -> None:
    """Each partition has a leader when `create_topics` returns; before, a broker refuses to answer for it."""
    names = [f"new.{number}" for number in range(8)]
    for name in names:
        other.create_topics([name])
        consumer = Consumer({"bootstrap.servers": other.bootstrap, "group.id": "reader"})
        ends = [consumer.get_watermark_offsets(Partition(name, number), timeout=10) for number in range(4)]
        consumer.close()
        assert ends == [(0, 0)] * 4


async def test_messages_stay_over_a_restart(tmp_path: Path) -> None:
    """A broker restarted in the same folder still has its messages."""
    first = start_kafka(tmp_path)
    first.create_topics(["kept"], partitions=1)
    async with AIOKafkaProducer(bootstrap_servers=first.bootstrap, acks="all") as producer:
        await producer.send_and_wait("kept", b"value")
    first.stop()
    assert not first.answers()
    second = start_kafka(tmp_path)
    partition = TopicPartition("kept", 0)
    async with AIOKafkaConsumer(bootstrap_servers=second.bootstrap) as consumer:
        assert await consumer.end_offsets([partition]) == {partition: 1}
    second.stop()
