"""`furlong customer` as an operator runs it, beside the consumers on a broker."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from archive import MODELS, Archive, life_of
from prometheus_client import CollectorRegistry
from squad_messages import reward, scheme
from typer.testing import CliRunner, Result

from consumers.stream.settings import StreamSettings
from furlong.cli import app
from furlong.consuming import create_consumer
from furlong.embedded_broker import EmbeddedBroker
from furlong.topics import TOPICS
from subgraphs.kit.clock import SystemClock
from subgraphs.kit.settings import DatabaseSettings
from subgraphs.progress import models as progress

Furlong = Callable[..., Awaitable[Result]]


@pytest.fixture
async def furlong(
    archive: Archive, embedded_broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> Furlong:
    """Runs a command over the archive and the broker, on which a customer's life is told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FURLONG_DATABASE_URL", archive.url)
    monkeypatch.setenv("FURLONG_KAFKA_BOOTSTRAP", embedded_broker.bootstrap)
    monkeypatch.setenv("FURLONG_KAFKA_GENERATION", embedded_broker.generation)
    await asyncio.to_thread(embedded_broker.create_topics, [plan.name for plan in TOPICS])
    async with AIOKafkaProducer(bootstrap_servers=embedded_broker.bootstrap) as producer:
        for record in (scheme(), reward(), *life_of("person-1")):
            await producer.send_and_wait(record.topic, value=record.value, key=record.key)

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, arguments)

    return run


@pytest.fixture
async def consumers(
    archive: Archive, embedded_broker: EmbeddedBroker, furlong: Furlong
) -> AsyncIterator[None]:
    """All four, until the end of the test; they have read what was told."""
    del furlong
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    made = [
        create_consumer(name, DatabaseSettings(url=archive.url), stream, CollectorRegistry(), SystemClock())
        for name in MODELS
    ]
    running = [asyncio.create_task(consumer.run()) for consumer in made]

    async def has_read() -> bool:
        accounts = [await archive.rows(name, model.REFERENCE.account) for name, model in MODELS.items()]
        return all(accounts) and len(await archive.rows("progress", progress.CONTRIBUTION)) == 2

    await until(has_read)
    yield
    await asyncio.gather(*(consumer.stop() for consumer in made))
    await asyncio.gather(*running)


def facts(ended: Result) -> dict[str, Any]:
    """What a command has printed last: the consumers log into the same stream here."""
    found: dict[str, Any] = json.loads(ended.output.splitlines()[-1])
    return found


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Waits for a condition."""
    deadline = time.monotonic() + 120
    while not await holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


@pytest.mark.usefixtures("consumers")
async def test_a_customer_is_erased_by_every_consumer(archive: Archive, furlong: Furlong) -> None:
    """A dry run shows the same numbers and changes nothing; afterwards nothing is known."""
    dry = facts(await furlong("customer", "erase", "northbet", "person-1", "--dry-run", "--json"))
    assert dry["would_erase"]["progress"]["contribution deleted"] == 2
    assert await archive.naming("person-1")
    ended = await furlong("customer", "erase", "northbet", "person-1", "--json")
    assert ended.exit_code == 0, ended.output
    found = facts(ended)
    assert found["left"] == {}
    assert found["erased"]["progress"]["contribution deleted"] == 2
    assert set(await archive.naming("person-1")) <= {"club.outbox"}
    again = await furlong("customer", "erase", "northbet", "person-1", "--dry-run")
    assert "club: 1 outbox deleted" in again.output  # what clears the topic of memberships
    unknown = await furlong("customer", "erase", "northbet", "person-2")
    assert (unknown.exit_code, "nothing is known of customer" in unknown.output) == (1, True)


@pytest.mark.usefixtures("consumers")
async def test_all_that_is_kept_of_a_customer_can_be_exported(furlong: Furlong) -> None:
    """By subgraph and table, and of this customer alone."""
    whole = facts(await furlong("customer", "export", "northbet", "person-1", "--json"))
    assert (whole["brand"], whole["customer"]) == ("northbet", "person-1")
    bets = whole["subgraphs"]["progress"]["contribution"]
    assert {bet["customer_id"] for bet in bets} == {"person-1"}
    assert whole["subgraphs"]["club"]["account"][0]["revision"] == 2
    nobody = facts(await furlong("customer", "export", "northbet", "person-2", "--json"))
    assert not any(rows for tables in nobody["subgraphs"].values() for rows in tables.values())


async def test_without_consumers_the_operator_is_told_who_has_not_followed(
    archive: Archive, furlong: Furlong
) -> None:
    """The null value stays on the topic, and is followed when they run."""
    await archive.apply(*life_of("person-1"))
    ended = await furlong("customer", "erase", "northbet", "person-1", "--wait", "0")
    assert ended.exit_code == 1
    assert "club, rewards, progress, fulfilment did not follow it yet" in ended.output
