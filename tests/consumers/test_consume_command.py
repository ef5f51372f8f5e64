"""The consumer as operators see it: exit codes, health, metrics, and the commands over dead letters."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer
from confluent_kafka import Producer

from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import TOPICS
from furlong.workers.consumer_process import run_consumer
from subgraphs.progress.models import METADATA
from tests.support.consumers.sample_messages import bet, scheme
from tests.support.database_probe import migrated
from tests.support.processes.running_furlong import Programs, eventually, programs_in

BETS = "club.progress.v1"


@pytest.fixture
def broker(embedded_broker: EmbeddedBroker) -> EmbeddedBroker:
    """Provide a broker with all topics, including those of dead letters."""
    embedded_broker.create_topics([topic.name for topic in TOPICS])
    return embedded_broker


@pytest.fixture
def programs(processes: None, broker: EmbeddedBroker, tmp_path: Path) -> Iterator[Programs]:
    """Provide Furlong's programs over the broker and new databases."""
    environment = {
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}",
        "FURLONG_KAFKA_BOOTSTRAP": broker.bootstrap,
        "FURLONG_KAFKA_GENERATION": broker.generation,
    }
    with programs_in(tmp_path, environment) as opened:
        opened.run("db", "upgrade")
        yield opened


def produce(broker: EmbeddedBroker, *records: Record) -> None:
    """Send records to Kafka."""
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for record in records:
        producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
    assert producer.flush(60) == 0
    producer.close()


def test_a_broken_producer_ends_the_process_with_its_own_code(
    broker: EmbeddedBroker, programs: Programs
) -> None:
    """The last log line names the topic and the reason; a supervisor's restarts do not drain the topic."""
    produce(broker, scheme(), *[replace(bet(), value=b"{broken")] * 300)
    for _ in range(2):
        ended = programs.start("consume", "progress", FURLONG_KAFKA_DEAD_LETTER_LIMIT="50")
        assert ended.wait(120) == 3
        assert f"the consumer stopped: {BETS}: " in programs.logs()
    listed = programs.run("deadletters", "list", "--app", "progress", "--limit", "1000")
    assert listed.count("isn't JSON") <= 50


def test_dead_letters_are_replayed_on_the_command_line(broker: EmbeddedBroker, programs: Programs) -> None:
    """All or by name; letters that stay are printed, and the exit code shows it."""
    produce(broker, bet(brand_id="later"), bet(brand_id="nowhere"))
    running = programs.start("consume", "progress")
    eventually(lambda: programs.run("deadletters", "list").count("Unknown brand") == 2, "both are parked")
    with pytest.raises(AssertionError, match="progress:1  still poison: Unknown brand 'later'"):
        programs.run("deadletters", "replay", "progress:1", "--dry-run")
    produce(broker, scheme(brand_id="later"))

    def would_be_applied() -> bool:
        with contextlib.suppress(AssertionError):
            return "progress:1  applied" in programs.run("deadletters", "replay", "progress:1", "--dry-run")
        return False

    eventually(would_be_applied, "the brand is known, and a dry run says so")
    with pytest.raises(AssertionError, match=r"(?s)1 applied, 1 still poison.*Nothing was changed"):
        programs.run("deadletters", "replay", "--all", "--app", "progress", "--dry-run")
    assert programs.run("deadletters", "list").count("Unknown brand") == 2

    def replayed() -> bool:
        with contextlib.suppress(AssertionError):  # the command fails as long as a letter stays
            return "progress:1  applied" in programs.run("deadletters", "replay", "progress:1")
        return False

    eventually(replayed, "the brand is known, and its bet applied")
    assert "progress:1  not found" in programs.run("deadletters", "replay", "progress:1")
    with pytest.raises(AssertionError, match="progress:2  still poison: Unknown brand 'nowhere'"):
        programs.run("deadletters", "replay", "--all", "--app", "progress")
    assert programs.run("deadletters", "list", "--topic", BETS).count("Unknown brand") == 1
    running.terminate()
    assert running.wait(60) == 0


@pytest.fixture
async def address(broker: EmbeddedBroker, tmp_path: Path) -> AsyncIterator[str]:
    """Provide a consumer's own HTTP server, after some bets and poison."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    poison = replace(bet(), value=b"{broken", headers=(("event_id", b"e-1"), ("traceparent", b"00-ab-cd-01")))
    await asyncio.to_thread(produce, broker, scheme(), bet(), bet(), poison, bet(bet_id="b-2"))
    stop = asyncio.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with migrated(url, "progress", METADATA):
            stream = StreamSettings(
                bootstrap=broker.bootstrap, generation=broker.generation, hint_seconds=0.1
            )
            running = asyncio.create_task(
                run_consumer(
                    "progress", DatabaseSettings(url=url), stream, listener, stop, clock=SystemClock()
                )
            )
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            stop.set()
            await running


async def test_a_consumer_that_waits_to_join_stops_without_an_error(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """The broker lets its first member wait for three seconds; it is told to stop at their beginning."""
    url, stop = f"sqlite+aiosqlite:///{tmp_path}", asyncio.Event()
    stream = StreamSettings(bootstrap=broker.bootstrap, generation=broker.generation)
    async with migrated(url, "progress", METADATA):
        running = asyncio.create_task(
            run_consumer("progress", DatabaseSettings(url=url), stream, None, stop, clock=SystemClock())
        )
        await asyncio.sleep(0.5)
        stop.set()
        await running


async def _metrics(client: httpx.AsyncClient) -> dict[str, float]:
    lines = [line for line in (await client.get("/metrics")).text.splitlines() if line[0] != "#"]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def _lag(metrics: dict[str, float]) -> float:
    return sum(value for name, value in metrics.items() if "_lag_records" in name)


async def test_health_and_metrics_tell_how_the_consumer_is(address: str) -> None:
    """Lag, applied and refused records, the age of the newest one, and whether the servers answer."""
    async with httpx.AsyncClient(base_url=address) as client, asyncio.timeout(60):
        health: dict[str, Any] = {}
        metrics: dict[str, float] = {}
        records = f'furlong_consumer_records_total{{topic="{BETS}"}}'
        while metrics.get(records, 0) < 4 or health["lag"] or _lag(metrics):
            await asyncio.sleep(0.05)
            with contextlib.suppress(httpx.TransportError):
                metrics, health = await _metrics(client), (await client.get("/health")).json()
    assert health == {
        "live": True,
        "consuming": True,
        "kafka": True,
        "database": True,
        "lag": 0,
        "detail": "consuming",
    }
    assert metrics[f'furlong_consumer_dead_letters_total{{topic="{BETS}"}}'] == 1
    assert metrics[f'furlong_consumer_batches_total{{topic="{BETS}"}}'] >= 1
    repeated = [f'furlong_consumer_{name}_total{{topic="{BETS}"}}' for name in ("stale", "duplicates")]
    assert sum(metrics[name] for name in repeated) == 1
    assert 0 <= metrics[f'furlong_consumer_newest_event_age_seconds{{topic="{BETS}"}}'] < 300
    assert metrics["furlong_consumer_kafka_up"] == metrics["furlong_consumer_database_up"] == 1


async def test_a_dead_letter_is_published_beside_its_topic(address: str, broker: EmbeddedBroker) -> None:
    """Value, key and headers as they came, including `traceparent`, and headers that name the origin."""
    del address
    consumer = AIOKafkaConsumer(
        f"{BETS}.dlq", bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest"
    )
    async with consumer, asyncio.timeout(60):
        letter = await consumer.getone()
    headers = dict(letter.headers)
    assert (letter.value, letter.key) == (b"{broken", b"northbet:c-1")
    assert (headers["event_id"], headers["traceparent"]) == (b"e-1", b"00-ab-cd-01")
    assert headers["furlong.reason"].startswith(b"not JSON")
    assert (headers["furlong.topic"], headers["furlong.offset"]) == (BETS.encode(), b"2")
    assert headers["furlong.generation"].decode().startswith(broker.generation)
