"""The plan of topics, consumers and waiting jobs agree on which topics every cell reads in whole."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

import consumers.fulfilment.wiring
import consumers.progress.wiring
from consumers.stream.catch_up import CatchUp
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock, SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.topic_plans import KEYED_TOPICS
from furlong.workers.consumer_process import create_consumer

STREAM = StreamSettings(bootstrap="127.0.0.1:1")
CONSUMERS = ("club", "rewards", "progress", "fulfilment", "backoffice")


@pytest.fixture
def settings(tmp_path: Path) -> DatabaseSettings:
    """Provide the settings of a database that nothing is written to."""
    return DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")


@pytest.fixture
async def database(settings: DatabaseSettings) -> AsyncIterator[Database]:
    """Provide that database."""
    opened = Database.open(settings, "progress")
    yield opened
    await opened.close()


@pytest.mark.parametrize("name", CONSUMERS)
def test_consumers_share_the_topics_that_are_not_keyed_by_customer(
    name: str, settings: DatabaseSettings
) -> None:
    """Every cell would apply a shared topic that is keyed; one cell alone would apply another that is not."""
    topics = create_consumer(name, settings, STREAM, CollectorRegistry(), SystemClock()).app.topics
    assert {topic.name for topic in topics if not topic.shared} <= set(KEYED_TOPICS)
    assert {topic.name for topic in topics if topic.shared}.isdisjoint(KEYED_TOPICS)


@pytest.mark.parametrize(
    ("name", "catch_up"),
    [
        ("progress", consumers.progress.wiring.catch_up),
        ("fulfilment", consumers.fulfilment.wiring.catch_up),
    ],
)
def test_jobs_wait_for_all_that_the_consumer_reads(
    name: str,
    catch_up: Callable[[Database, StreamSettings, Clock], CatchUp],
    settings: DatabaseSettings,
    database: Database,
) -> None:
    """A job that waited for less would act on what has not arrived."""
    app = create_consumer(name, settings, STREAM, CollectorRegistry(), SystemClock()).app
    gate = catch_up(database, STREAM, SystemClock())
    assert set(gate.topics) == {topic.name for topic in app.topics}
    assert set(gate.shared) == {topic.name for topic in app.topics if topic.shared}
