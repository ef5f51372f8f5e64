"""`furlong provider test` of a feed of bets: only a topic without records is said to have none."""

import asyncio
import json
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from consumers.feeds.adapters import sports
from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.checks.adapters import TriedParts, try_adapter
from furlong.demo.embedded_broker import EmbeddedBroker
from providers.declaration import CheckFailed
from providers.settings import ProviderSettings
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from tests.support.consumers.feed_records import example

A_BET = json.dumps(example(sports.FEED)).encode()
READ = AIOKafkaConsumer.getmany


async def test_a_slow_broker_is_waited_for(
    embedded_broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not come with the first answer may come with a later one."""
    parts, answers = await _with_records(embedded_broker, A_BET), iter([False, False])

    async def read_late(self: AIOKafkaConsumer, *partitions: Any, **options: Any) -> Any:
        return await READ(self, *partitions, **options) if next(answers, True) else {}

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", read_late)
    assert (
        await try_adapter("bets-sports", parts)
        == "sports.bets.v1 can be read, and its newest record is a bet"
    )


async def test_the_newest_record_is_found_before_the_end_of_a_transaction(
    embedded_broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The marker of its end has an offset, and is no record."""
    parts = await _with_records(embedded_broker, A_BET, b"marker")

    async def read_records(self: AIOKafkaConsumer, *partitions: Any, **options: Any) -> Any:
        found = await READ(self, *partitions, **options)
        read = {of: [one for one in some if one.value != b"marker"] for of, some in found.items()}
        return {of: some for of, some in read.items() if some}

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", read_records)
    assert (
        await try_adapter("bets-sports", parts)
        == "sports.bets.v1 can be read, and its newest record is a bet"
    )


async def test_records_that_do_not_arrive_are_no_empty_topic(
    embedded_broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said that there are some; without any, that there are none."""
    parts = await _with_records(embedded_broker)
    assert await try_adapter("bets-sports", parts) == "sports.bets.v1 can be read, and has no record yet"
    await _with_records(embedded_broker, A_BET)

    async def read_nothing(self: AIOKafkaConsumer, *partitions: Any, **options: Any) -> Any:
        await READ(self, *partitions, **options)
        return {}

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", read_nothing)
    with pytest.raises(CheckFailed, match="has records, but its newest record did not arrive"):
        await try_adapter("bets-sports", parts)


async def _with_records(broker: EmbeddedBroker, *values: bytes) -> TriedParts:
    """Put records on one partition of the feed's topic; return what the feed is tried with."""
    await asyncio.to_thread(broker.create_topics, [sports.FEED.topic])
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(sports.FEED.topic, value, partition=0)
    finally:
        await producer.stop()
    stream = StreamSettings(bootstrap=broker.bootstrap, generation=broker.generation)
    shared = (ProviderSettings(), FeedSettings(), FulfilmentSettings())
    return TriedParts(*shared, stream, DatabaseSettings(), SystemClock())
