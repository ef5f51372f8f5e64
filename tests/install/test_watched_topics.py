"""A message on Kafka renews public data; without a broker, nothing breaks."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer

from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.serve.public_data_watch import brand_of, watching_public_data
from furlong.topic_plans import PUBLIC_TOPICS

PATIENCE = 180


@pytest.mark.parametrize(
    ("key", "brand"),
    [
        (b"northbet:fb-5:3", "northbet"),
        (b"northbet:GB:GBP:1", "northbet"),
        (b"northbet", None),
        (b":fb-5:3", None),
        (b"\xff:fb-5", None),
        (None, None),
    ],
)
def test_a_key_tells_the_brand(key: bytes | None, brand: str | None) -> None:
    """The first part of a key is the brand; a key of another form has none."""
    assert brand_of(key) == brand


@pytest.mark.parametrize("topic", PUBLIC_TOPICS)
async def test_each_message_tells_its_brand(topic: str) -> None:
    """Messages without a value report their brand too; messages without a key are skipped."""
    with await asyncio.to_thread(EmbeddedBroker) as broker:
        await asyncio.to_thread(broker.create_topics, list(PUBLIC_TOPICS))
        told: asyncio.Queue[str] = asyncio.Queue()
        async with (
            watching_public_data(broker.bootstrap, told.put_nowait, PUBLIC_TOPICS),
            AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer,
        ):
            async with asyncio.timeout(PATIENCE):
                while told.empty():  # until the watcher stands at the end of the topic
                    await producer.send_and_wait(topic, b"{}", key=b"first:x")
                    await asyncio.sleep(0.05)
                await producer.send_and_wait(topic, b"{}")
                await producer.send_and_wait(topic, None, key=b"northbet:fb-5:3")
                while await told.get() != "northbet":
                    pass


async def test_a_broker_that_is_away_keeps_nobody_from_ending() -> None:
    """While the broker cannot be reached, the watcher keeps trying, and stops when asked."""
    told: list[str] = []
    async with asyncio.timeout(PATIENCE):
        async with watching_public_data("127.0.0.1:9", told.append, PUBLIC_TOPICS):
            await asyncio.sleep(0.1)
    assert told == []
