"""Three consumers at the same time, each filling its own database from the same topics."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry
from sqlalchemy import Table

from consumers.club.wiring import create_consumer as create_club
from consumers.progress.wiring import create_consumer as create_progress
from consumers.rewards.wiring import create_consumer as create_rewards
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from subgraphs.club import models as club
from subgraphs.progress import models as progress
from subgraphs.rewards import models as rewards
from tests.support.consumers.ended_consumers import has_ended
from tests.support.consumers.sample_messages import account, bet, reward, scheme
from tests.support.database_probe import contents, migrated

TOPICS = (
    "club.scheme.v1",
    "club.week.v1",
    "club.global.v1",
    "club.account-status.v1",
    "club.membership.v1",
    "club.choice.v1",
    "club.goodwill.v1",
    "club.outcomes.v1",
    "club.qualification.v1",
    "club.adjustment.v1",
    "club.progress.v1",
    "wallet.correction.v1",
    "wallet.check.v1",
    "wallet.release.v1",
    "wallet.payment.v1",
    "event.offer.v1",
    "event.market.v1",
    "event.result.v1",
    "bet.factor.v1",
    "bet.void.v1",
    "club.reward-config.v1",
)


@dataclass
class Databases:
    """The databases of the three subgraphs, with all consumers running."""

    databases: dict[str, Database]

    async def rows(self, subgraph: str, table: Table) -> list[tuple[Any, ...]]:
        """Return all rows of a table, once there are any."""
        deadline = time.monotonic() + 60
        while not (rows := (await contents(self.databases[subgraph], table))[table.name]):
            assert time.monotonic() < deadline, f"nothing in {subgraph}.{table.name}"
            await asyncio.sleep(0.02)
        return rows


@pytest.fixture
async def databases(embedded_broker: EmbeddedBroker, tmp_path: object) -> AsyncIterator[Databases]:
    """Send one message of each type, with all consumers running."""
    await asyncio.to_thread(embedded_broker.create_topics, TOPICS)
    url = f"sqlite+aiosqlite:///{tmp_path}"
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    models = {"club": club, "rewards": rewards, "progress": progress}
    async with AsyncExitStack() as stack:
        databases = {
            name: await stack.enter_async_context(migrated(url, name, model.METADATA))
            for name, model in models.items()
        }
        async with AIOKafkaProducer(bootstrap_servers=embedded_broker.bootstrap) as producer:
            for record in (scheme(), account(), reward(), bet()):
                await producer.send_and_wait(record.topic, value=record.value, key=record.key)
        consumers = [
            create(DatabaseSettings(url=url), stream, CollectorRegistry(), SystemClock())
            for create in (create_club, create_rewards, create_progress)
        ]
        running = [asyncio.create_task(consumer.run()) for consumer in consumers]
        yield Databases(databases)
        await asyncio.gather(*(consumer.stop() for consumer in consumers))
        await has_ended(running)


async def test_each_app_fills_its_own_tables(databases: Databases) -> None:
    """Accounts and schemes go into every database, rewards and bets into one each."""
    for name, models in (("club", club), ("rewards", rewards), ("progress", progress)):
        assert [row[:2] for row in await databases.rows(name, models.REFERENCE.account)] == [
            ("northbet", "c-1")
        ]
        assert [row[:4] for row in await databases.rows(name, models.REFERENCE.scheme)] == [
            ("northbet", "GB", "GBP", 1)
        ]
        assert [row[2] for row in await databases.rows(name, models.REFERENCE.brand)] == ["Europe/London"]
    assert [row[:4] for row in await databases.rows("rewards", rewards.REWARD_CONFIG)] == [
        ("northbet", "fb-5", 1, "active")
    ]
    assert [row[:5] for row in await databases.rows("progress", progress.PROGRESS)] == [
        ("northbet", "c-1", "2026-W13", 500, 1)
    ]
