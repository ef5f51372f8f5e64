"""`furlong check` of brokers and topics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import DAY_MS, TOPICS, create_topics, repair
from furlong.settings import TopicSettings
from tests.checks.findings import Find, needed_topics, topic_names
from tools.private_kafka import start_kafka
from tools.server_process import free_port

PROGRESS = "club.progress.v1"


def found_when(
    find: Find, settings: dict[str, str], condition: Callable[[dict[str, dict[str, Any]]], bool]
) -> dict[str, dict[str, Any]]:
    """The findings once they meet a condition: Kafka confirms changes before all its brokers know them."""
    until = time.monotonic() + 60
    while True:
        _, found, _ = find(**settings)
        if condition(found):
            return found
        assert time.monotonic() < until, found
        time.sleep(0.2)


def test_missing_topics_are_named(find: Find, embedded_broker: EmbeddedBroker) -> None:
    """With the command that creates them; those of feeds belong to the platform, and may not be wanted."""
    embedded_broker.create_topics(topic_names()[1:])
    _, found, _ = find(KAFKA_BOOTSTRAP=embedded_broker.bootstrap)
    assert found["kafka"]["ok"]
    assert TOPICS[0].name in found["kafka topics"]["says"]
    assert found["kafka topics"]["helps"] == "run `furlong topics create`"
    embedded_broker.create_topics([TOPICS[0].name])
    find_feeds = {"KAFKA_BOOTSTRAP": embedded_broker.bootstrap, "FEEDS_TOPICS": '{"sports": "other"}'}
    _, found, _ = find(**find_feeds)
    assert "other" in found["kafka topics"]["says"]
    assert "FURLONG_FEEDS_ADAPTERS" in found["kafka topics"]["helps"]
    _, found, _ = find(**find_feeds, FEEDS_ADAPTERS="")
    assert found["kafka topics"]["ok"]


def test_a_broker_that_is_down_is_named(find: Find, embedded_broker: EmbeddedBroker) -> None:
    """One of several may be down, which is said; brokers of which none answers are no such finding."""
    away = f"127.0.0.1:{free_port()}"
    _, found, _ = find(KAFKA_BOOTSTRAP=f"{embedded_broker.bootstrap},{away}")
    assert found["kafka"]["ok"]
    assert found["kafka"]["says"].endswith(f" topics; no answer at {away}")
    _, found, _ = find(KAFKA_BOOTSTRAP=away)
    assert found["kafka"]["says"].startswith(f"Kafka isn't answering at {away}")


@pytest.mark.usefixtures("kafka_installed")
def test_a_real_broker_says_how_long_topics_keep_messages(find: Find, tmp_path: Path) -> None:
    """A topic that forgets too soon is named with its days until it is repaired; a broker may be down."""
    broker = start_kafka(tmp_path / "kafka")  # one of its own: the shared one has topics of other tests
    settings = {"KAFKA_BOOTSTRAP": broker.bootstrap}
    try:
        found = found_when(find, settings, lambda found: found["kafka"]["ok"])
        assert "topics are missing" in found["kafka topics"]["says"]
        others = [topic for topic in needed_topics() if topic.name != PROGRESS]
        asyncio.run(create_topics(broker.bootstrap, 1, 1, TopicSettings(), others))
        broken = {"retention.ms": str(2 * DAY_MS), "min.insync.replicas": "2"}
        broker.create_topics([PROGRESS], partitions=1, config=broken)
        found = found_when(find, settings, lambda found: found["kafka topics"]["ok"])
        assert found["kafka topics"]["says"] == f"all {len(needed_topics())} topics exist"
        assert f"{PROGRESS} (2 days)" in found["kafka retention"]["says"]
        assert found["kafka retention"]["helps"] == "run `furlong topics create --repair`"
        assert f"nothing can be written to {PROGRESS}: fewer copies" in found["kafka copies"]["says"]
        asyncio.run(repair(broker.bootstrap, needed_topics(), TopicSettings()))
        found = found_when(find, settings, lambda found: found["kafka retention"]["ok"])
        assert "topics keep messages for at least" in found["kafka retention"]["says"]
    finally:
        broker.stop()
    status, found, output = find(**settings)
    assert (status, "Traceback" in output) == (1, False)
    for name in ("kafka", "kafka topics", "kafka retention", "kafka copies"):
        assert f"Kafka isn't answering at {broker.bootstrap}" in found[name]["says"]
        assert "FURLONG_KAFKA_BOOTSTRAP" in found[name]["helps"]
