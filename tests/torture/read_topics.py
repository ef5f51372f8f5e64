"""What a topic has, from its beginning to its end."""

from confluent_kafka import Consumer, TopicPartition

from consumers.stream.records import Record

SECONDS = 60.0


def read_topic(bootstrap: str, topic: str) -> list[Record]:
    """Return all records of a topic, partition by partition."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "test", "enable.auto.commit": False})
    found: list[Record] = []
    try:
        for number in sorted(consumer.list_topics(topic, timeout=SECONDS).topics[topic].partitions):
            partition = TopicPartition(topic, number, 0)
            position, end = consumer.get_watermark_offsets(partition, timeout=SECONDS)
            consumer.assign([TopicPartition(topic, number, position)])
            while position < end:
                record = consumer.poll(SECONDS)
                assert record is not None
                assert record.error() is None
                position = (record.offset() or 0) + 1
                found.append(Record(topic, number, position - 1, record.key(), record.value(), ()))
    finally:
        consumer.close()
    return found
