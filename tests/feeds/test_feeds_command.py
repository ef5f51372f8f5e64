"""`furlong worker feeds` as an operator sees it: health, failures and wrong arguments."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from confluent_kafka import Producer
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner, Result

from consumers.feeds.adapters import casino, sports
from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from furlong.cli import app
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import feed_topics
from furlong.workers.feed_worker import create_feeds, run_feeds
from tests.support.consumers.feed_records import example


@pytest.fixture
def broker(embedded_broker: EmbeddedBroker) -> EmbeddedBroker:
    """Provide a broker with the topics of two feeds and the progress topic."""
    plans = feed_topics([sports.FEED.topic, casino.FEED.topic])
    embedded_broker.create_topics(["club.progress.v1", *(plan.name for plan in plans)])
    return embedded_broker


def produce(broker: EmbeddedBroker, topic: str, *values: bytes) -> None:
    """Send records to a topic."""
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for value in values:
        producer.produce(topic, value, "c-1")
    assert producer.flush(60) == 0
    producer.close()


@pytest.fixture
async def address(broker: EmbeddedBroker) -> AsyncIterator[str]:
    """Provide the HTTP server of a program with two feeds, one of which has a record and a dead letter."""
    await asyncio.to_thread(
        produce, broker, sports.FEED.topic, json.dumps(example(sports.FEED)).encode(), b"{broken"
    )
    stream = StreamSettings(bootstrap=broker.bootstrap, generation=broker.generation, hint_seconds=0.1)
    registry, stop = CollectorRegistry(), asyncio.Event()
    workers = create_feeds([sports.FEED, casino.FEED], FeedSettings(), stream, registry)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(run_feeds(workers, registry, listener, stop))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        stop.set()
        await running


async def _metrics(client: httpx.AsyncClient) -> dict[str, float]:
    lines = [line for line in (await client.get("/metrics")).text.splitlines() if line[0] != "#"]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_health_and_metrics_tell_how_each_feed_is(address: str) -> None:
    """Forwarded and refused records, the lag, and whether the brokers answer."""
    health: dict[str, Any] = {}
    metrics: dict[str, float] = {}
    async with httpx.AsyncClient(base_url=address) as client, asyncio.timeout(60):
        while (
            metrics.get('furlong_feed_records_total{feed="sports"}', 0) < 2
            or metrics.get('furlong_feed_lag_records{feed="sports"}')
            or not metrics.get('furlong_feed_kafka_up{feed="casino"}')
        ):
            await asyncio.sleep(0.05)
            with contextlib.suppress(httpx.TransportError):
                metrics, health = await _metrics(client), (await client.get("/health")).json()
    fine = {"live": True, "consuming": True, "kafka": True, "lag": 0, "detail": "consuming"}
    assert health == {"live": True, "feeds": {"sports": fine, "casino": fine}}
    assert metrics['furlong_feed_dead_letters_total{feed="sports"}'] == 1
    assert metrics['furlong_feed_batches_total{feed="sports"}'] >= 1
    assert metrics['furlong_feed_assignments_total{feed="casino"}'] == 1
    assert 0 <= metrics['furlong_feed_newest_event_age_seconds{feed="sports"}'] < 300


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, **environment: str) -> Result:
    """Run `furlong worker feeds ARGUMENTS` to its end in this process."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(app, ["worker", "feeds", *arguments])


def test_a_broken_platform_ends_the_program_with_its_own_code(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is a consumer's; the last log line names the topic and the reason."""
    produce(broker, casino.FEED.topic, *[b"{broken"] * 30)
    ended = run(
        monkeypatch,
        "casino",
        "sports",
        FURLONG_KAFKA_BOOTSTRAP=broker.bootstrap,
        FURLONG_KAFKA_GENERATION=broker.generation,
        FURLONG_KAFKA_DEAD_LETTER_LIMIT="20",
    )
    assert ended.exit_code == 3
    assert "a feed stopped: casino.rounds.v1: " in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (("darts",), {}, "furlong: no feed 'darts': there are casino, esports"),
        ((), {"FURLONG_FEEDS_ADAPTERS": "sports,nowhere.darts"}, "no feed 'nowhere.darts'"),
        ((), {"FURLONG_FEEDS_TOPICS": "sports"}, "FURLONG_FEEDS_TOPICS: its value is not JSON"),
        ((), {"FURLONG_FEEDS_ADAPTERS": ""}, "no feed is configured"),
    ],
)
def test_a_wrong_name_is_told(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    """One message, which lists the existing names."""
    ended = run(monkeypatch, *arguments, **environment)
    assert (ended.exit_code, ended.stderr.count("\n")) == (1, 1)
    assert said in ended.stderr
