"""The plan of topics and consumers agree on which topics every cell reads in whole."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.topic_plans import KEYED_TOPICS
from furlong.workers.consumer_process import create_consumer

STREAM = StreamSettings(bootstrap="127.0.0.1:1")
CONSUMERS = ("club", "rewards", "progress", "fulfilment", "backoffice")


@pytest.fixture
def settings(tmp_path: Path) -> DatabaseSettings:
    """Provide the settings of a database that nothing is written to."""
    return DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")


@pytest.mark.parametrize("name", CONSUMERS)
def test_consumers_share_the_topics_that_are_not_keyed_by_customer(
    name: str, settings: DatabaseSettings
) -> None:
    """Every cell would apply a shared topic that is keyed; one cell alone would apply another that is not."""
    topics = create_consumer(name, settings, STREAM, CollectorRegistry(), SystemClock()).app.topics
    assert {topic.name for topic in topics if not topic.shared} <= set(KEYED_TOPICS)
    assert {topic.name for topic in topics if topic.shared}.isdisjoint(KEYED_TOPICS)
