"""Topics of another Kafka cluster are noticed whenever the brokers answer, not only when a process starts."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

import pytest

from backoffice.global_events.kafka_topic import KafkaGlobalTopic
from backoffice.metadata import NAME as BACKOFFICE
from backoffice.models import METADATA as BACKOFFICE_METADATA
from backoffice.run_publisher import NotPublished, publish_now
from consumers.stream import catch_up as catching_up
from consumers.stream.errors import MixedInstallations
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.installation import Installation, read_installation, write_installation
from foundation.storage.settings import DatabaseSettings
from furlong.workers import outbox_worker
from furlong.workers.catch_up import gate_of
from furlong.workers.week_worker import WeekWorker
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.kit.records.outbox import Fact, Outbox
from subgraphs.kit.records.outbox_relay import Delivery, Relay
from subgraphs.progress.models import METADATA, OUTBOX
from tests.support.consumers.betting_harness import betting_harness
from tests.support.database_probe import migrated
from tests.support.long_form import seed_of_run

SEED = seed_of_run(28)

NOW: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)
KAFKA: Final = StreamSettings(bootstrap="127.0.0.1:1")
OURS: Final = Installation("ours", "kafka-1")
THEIRS: Final = "the topics are on Kafka cluster"


async def belong(database: Database, installation: Installation) -> None:
    """Record where a database belongs."""
    async with database.write() as connection:
        await write_installation(connection, installation, NOW)


async def cluster_of(database: Database) -> str | None:
    """Return the cluster that a database names."""
    async with database.read() as connection:
        installation = await read_installation(connection)
    assert installation is not None
    return installation.kafka_cluster


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.fixture
async def progress(database_url: str) -> AsyncIterator[Database]:
    """The database of progress, on each engine."""
    async with migrated(database_url, "progress", METADATA) as opened:
        yield opened


async def test_a_consumer_stops_at_the_topics_of_another_cluster(database_url: str) -> None:
    """The brokers were away when it started, or others answer at their address: nothing is applied."""
    async with betting_harness(database_url, SEED) as betting:
        await belong(betting.database, Installation("ours"))
        betting.send(40)
        first = betting.start()
        await betting.reckoning()
        await betting.stop(first)
        assert await cluster_of(betting.database) == betting.broker.generation
        await belong(betting.database, OURS)
        task = betting.running.pop(betting.start())
        await asyncio.wait({task}, timeout=60)
        assert isinstance(task.exception(), MixedInstallations)
        assert THEIRS in str(task.exception())


async def test_workers_of_weeks_wait_at_the_topics_of_another_cluster(
    progress: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They say why, and neither open nor close anything."""

    async def cluster_id(_settings: StreamSettings) -> str:
        return "kafka-2"

    monkeypatch.setattr(catching_up, "cluster_id", cluster_id)
    await belong(progress, OURS)
    clock, stop = ManualClock(NOW), asyncio.Event()
    gate = gate_of("progress", DatabaseSettings(url=database_url), KAFKA, clock)
    with pytest.raises(MixedInstallations, match=THEIRS):
        await gate.behind()
    worker = WeekWorker(progress, progress, clock, ControlGroups(b""), gate)
    running = asyncio.create_task(worker.run(stop))
    await until(lambda: THEIRS in worker.status.trouble)
    assert not running.done()
    stop.set()
    await running
    await gate.close()


async def test_facts_are_not_published_on_another_cluster(
    progress: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They wait until the database belongs to it on purpose."""
    monkeypatch.setattr(outbox_worker, "REST_SECONDS", 0.01)
    box, taken = Outbox(OUTBOX), []
    async with progress.write() as connection:
        await box.put(connection, Fact("t", "s/1", "northbet:c-1", "1", {"brand_id": "northbet"}), NOW)
    await belong(progress, OURS)

    async def publish(facts: Any) -> Delivery:
        taken.extend(facts)
        return Delivery({fact.id for fact in facts})

    relay = Relay(progress, box, SimpleNamespace(publish=publish), ManualClock(NOW))
    running = asyncio.create_task(outbox_worker._keep_publishing(relay, "kafka-2"))
    await until(lambda: THEIRS in relay.status.kafka)
    assert not taken
    await belong(progress, Installation("adopted", "kafka-2"))
    await until(lambda: bool(taken))
    running.cancel()
    await asyncio.wait({running})


async def test_decisions_are_not_published_on_another_cluster(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command says that its decision is stored, and why it is not on Kafka."""

    @asynccontextmanager
    async def opened(_settings: StreamSettings) -> AsyncIterator[Any]:
        yield SimpleNamespace(generations=SimpleNamespace(cluster="kafka-2"))

    monkeypatch.setattr(KafkaGlobalTopic, "open", opened)
    async with migrated(database_url, BACKOFFICE, BACKOFFICE_METADATA) as database:
        await belong(database, OURS)
        with pytest.raises(NotPublished, match=f"stored, but not published: .*{THEIRS}"):
            await publish_now(database, KAFKA, ManualClock(NOW))
