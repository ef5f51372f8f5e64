"""The relay of an outbox, of which one message cannot be sent."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaProducer

from foundation.storage.clock import ManualClock
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.workers.outbox_worker import KafkaPublisher
from subgraphs.club.models import METADATA, OUTBOX, POSTPONED
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.records.outbox import Fact, Outbox
from subgraphs.kit.records.outbox_relay import Relay
from tests.subgraphs.poisoned import LoopFixture, run_sql
from tests.support.database_probe import migrated

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
TOPIC = "some.facts.v1"
TOO_LARGE = 2 * 1_048_576
"""Bytes of a message: more than a client or broker takes by default."""


@asynccontextmanager
async def facts(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Messages of several keys, of which one is greater than Kafka takes."""
    clock, box, url = ManualClock(NOON), Outbox(OUTBOX), f"sqlite+aiosqlite:///{folder}"
    with EmbeddedBroker() as broker:
        await asyncio.to_thread(broker.create_topics, [TOPIC])
        async with (
            migrated(url, "club", METADATA) as database,
            AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=True) as producer,
        ):
            for number, is_poisoned in enumerate(poisoned):
                text = "x" * (TOO_LARGE if is_poisoned else 1)
                fact = Fact(TOPIC, "s/1", f"northbet:c-{number}", "1", {"brand_id": "northbet", "text": text})
                async with database.write() as connection:
                    await box.put(connection, fact, NOON)
            postponed = PostponedItems(database, POSTPONED)
            relay = Relay(database, box, KafkaPublisher(producer), clock, postponed)

            async def done() -> set[int]:
                rows = await run_sql(database, "select key from outbox")
                waiting = {row[0] for row in rows}
                return {n for n in range(len(poisoned)) if f"northbet:c-{n}" not in waiting}

            yield LoopFixture(postponed, relay.publish_waiting, done, clock.advance)
