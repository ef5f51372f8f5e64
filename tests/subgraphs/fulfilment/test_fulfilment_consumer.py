"""The consumer over the embedded broker: messages open, prepare and stop rewards."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry

from consumers.fulfilment.wiring import create_consumer
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from tests.support.consumers.sample_messages import account, scheme
from tests.support.fulfilment.payout_harness import FREE_BET, PayoutHarness, key_of

TOPICS = (
    "club.scheme.v1",
    "club.week.v1",
    "club.global.v1",
    "club.account-status.v1",
    "club.choice.v1",
    "club.goodwill.v1",
    "club.qualification.v1",
    "club.outcomes.v1",
)
WHEN = "2026-03-30T11:00:00Z"


def told(topic: str, **facts: Any) -> Record:
    """Return a message about c-1's week."""
    body = {
        "schema": f"{topic.removesuffix('.v1')}/1",
        "event_id": str(uuid.uuid4()),
        "brand_id": "northbet",
        "customer_id": "c-1",
        "iso_week": "2026-W13",
        "occurred_at": WHEN,
        **facts,
    }
    return Record(topic, 0, 0, b"northbet:c-1", json.dumps(body).encode())


def qualification(status: str, revision: int) -> Record:
    """Return a qualification message."""
    sums = {"total_minor": 3000, "target_minor": 2500, "currency": "GBP"}
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return told("club.qualification.v1", status=status, revision=revision, occurred_at=now, **sums)


CHOICE = told("club.choice.v1", revision=1, final=True, source="default", reward=FREE_BET)


@pytest.fixture
async def producer(
    embedded_broker: EmbeddedBroker, harness: PayoutHarness
) -> AsyncIterator[AIOKafkaProducer]:
    """Yield a producer for the topics that the running consumer reads."""
    await asyncio.to_thread(embedded_broker.create_topics, TOPICS)
    stream = StreamSettings(
        bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation, poll_seconds=0.1
    )
    consumer = create_consumer(DatabaseSettings(url=harness.url), stream, CollectorRegistry(), SystemClock())
    async with AIOKafkaProducer(bootstrap_servers=embedded_broker.bootstrap) as producer:
        running = asyncio.create_task(consumer.run())
        yield producer
        await consumer.stop()
        await running


async def send(producer: AIOKafkaProducer, *records: Record) -> None:
    """Send records in order."""
    for record in records:
        await producer.send_and_wait(record.topic, value=record.value, key=record.key)


async def test_messages_become_a_reward_that_is_paid(
    harness: PayoutHarness, producer: AIOKafkaProducer
) -> None:
    """Scheme, account, choice and qualification arrive by Kafka twice, and lead to one credit."""
    records = [scheme(), account(), CHOICE, qualification("provisional", 1), qualification("confirmed", 2)]
    await send(producer, *records, *records)

    async def due() -> bool:
        return await harness.find_or_none("c-1") is not None

    await harness.until(due, "the reward is due")
    worker = harness.open()

    async def paid() -> bool:
        await harness.run_worker(worker)
        return await harness.state("c-1") is FulfilmentState.CREDITED

    await harness.until(paid, "the reward is paid")
    assert harness.providers["sportsbook"].handler.ledger.effects() == {key_of("c-1"): 1}


async def test_a_self_exclusion_by_kafka_stops_the_reward(
    harness: PayoutHarness, producer: AIOKafkaProducer
) -> None:
    """The account's next revision stops a reward that is not credited yet."""
    await send(producer, scheme(), account(), CHOICE, qualification("confirmed", 1))

    async def due() -> bool:
        return await harness.find_or_none("c-1") is not None

    await harness.until(due, "the reward is due")
    await send(producer, account(revision=9, rg_state="self_excluded"))

    async def stopped() -> bool:
        return await harness.state("c-1") is FulfilmentState.INELIGIBLE

    await harness.until(stopped, "the reward is stopped")
    await harness.run_worker(harness.open())
    assert harness.effects("c-1") == 0
