"""`furlong customer` as an operator runs it, with consumers on a broker."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner, Result

from backoffice.metadata import NAME
from backoffice.models import METADATA
from backoffice.support.privacy.repository import LegalHold, add_hold
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.cli import app
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import TOPICS
from furlong.workers.consumer_process import create_consumer
from tests.erasure.archive import MODELS, Archive, life_of
from tests.support.consumers.ended_consumers import has_ended
from tests.support.consumers.sample_messages import reward, scheme
from tests.support.database_probe import migrate

Furlong = Callable[..., Awaitable[Result]]


@pytest.fixture
def person() -> str:
    """Return a customer whom no other test uses, because tests share the topics of a real broker."""
    return f"person-{uuid.uuid4()}"


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def stream(request: pytest.FixtureRequest) -> StreamSettings:
    """Create all topics."""
    names = [plan.name for plan in TOPICS]
    if request.param == "kafka":
        kafka = request.getfixturevalue("empty_kafka")
        await asyncio.to_thread(kafka.create_topics, names)
        return StreamSettings(bootstrap=kafka.bootstrap)
    broker: EmbeddedBroker = request.getfixturevalue("embedded_broker")
    await asyncio.to_thread(broker.create_topics, names)
    return StreamSettings(bootstrap=broker.bootstrap, generation=broker.generation)


@pytest.fixture
async def furlong(
    archive: Archive, stream: StreamSettings, person: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Furlong:
    """Return a function that runs a command over the archive and a broker with a customer's records."""
    monkeypatch.chdir(tmp_path)
    await migrate(DatabaseSettings(url=archive.url), NAME, METADATA)
    monkeypatch.setenv("FURLONG_DATABASE_URL", archive.url)
    monkeypatch.setenv("FURLONG_KAFKA_BOOTSTRAP", stream.bootstrap)
    async with AIOKafkaProducer(bootstrap_servers=stream.bootstrap) as producer:
        for record in (scheme(), reward(), *life_of(person)):
            await producer.send_and_wait(record.topic, value=record.value, key=record.key)

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, arguments)

    return run


@pytest.fixture
async def consumers(
    archive: Archive, stream: StreamSettings, furlong: Furlong, person: str
) -> AsyncIterator[None]:
    """Run all four consumers during the test, and wait until they have read everything."""
    del furlong
    made = [
        create_consumer(name, DatabaseSettings(url=archive.url), stream, CollectorRegistry(), SystemClock())
        for name in MODELS
    ]
    running = [asyncio.create_task(consumer.run()) for consumer in made]

    async def has_read() -> bool:
        named = await archive.naming(person)
        accounts = [f"{name}.account" for name in MODELS]
        return all(table in named for table in accounts) and len(named.get("progress.contribution", [])) == 2

    try:
        await until(has_read)
        yield
    finally:
        await asyncio.gather(*(consumer.stop() for consumer in made))
        await has_ended(running)


def facts(ended: Result) -> dict[str, Any]:
    """Return the last JSON object of a command's output, which the consumers log to as well."""
    found: dict[str, Any] = json.loads(ended.output.splitlines()[-1])
    return found


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + 120
    while not await holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.3)


@pytest.mark.usefixtures("consumers")
async def test_a_customer_is_erased_by_every_consumer(
    archive: Archive, furlong: Furlong, person: str
) -> None:
    """A dry run shows the same numbers and changes nothing; afterwards nothing is known."""
    dry = facts(await furlong("customer", "erase", "northbet", person, "--dry-run", "--json"))
    assert dry["would_erase"]["progress"]["contribution deleted"] == 2
    assert await archive.naming(person)
    ended = await furlong("customer", "erase", "northbet", person, "--json")
    assert ended.exit_code == 0, ended.output
    found = facts(ended)
    assert found["left"] == {}
    assert abs(datetime.fromisoformat(found["erased_at"]) - datetime.now(UTC)) < timedelta(hours=1)
    assert found["erased"]["progress"]["contribution deleted"] == 2
    assert set(await archive.naming(person)) <= {"club.outbox", "wallet.outbox"}
    again = await furlong("customer", "erase", "northbet", person, "--dry-run")
    assert "club: 1 outbox deleted" in again.output  # what clears the topic of memberships
    unknown = await furlong("customer", "erase", "northbet", "person-2")
    assert (unknown.exit_code, "nothing is known of customer" in unknown.output) == (1, True)


@pytest.mark.usefixtures("consumers")
async def test_all_that_is_kept_of_a_customer_can_be_exported(furlong: Furlong, person: str) -> None:
    """The export lists rows by subgraph and table, and only those of this customer."""
    whole = facts(await furlong("customer", "export", "northbet", person, "--json"))
    assert (whole["brand"], whole["customer"]) == ("northbet", person)
    bets = whole["subgraphs"]["progress"]["contribution"]
    assert {bet["customer_id"] for bet in bets} == {person}
    assert whole["subgraphs"]["club"]["account"][0]["revision"] == 2
    none = await furlong("customer", "export", "northbet", "person-2", "--json")
    assert "nothing is known of customer 'person-2' of 'northbet'" in none.stderr
    nobody = facts(none)
    assert not any(rows for tables in nobody["subgraphs"].values() for rows in tables.values())


async def test_a_customer_under_a_legal_hold_is_not_erased(
    archive: Archive, furlong: Furlong, person: str
) -> None:
    """The command refuses as the back office does, and sends nothing."""
    await archive.fill(person)
    database = Database.open(DatabaseSettings(url=archive.url), NAME)
    hold = LegalHold("hold-1", "northbet", person, "a claim", "Sue", datetime.now(UTC))
    async with database.write() as connection:
        await add_hold(connection, hold)
    ended = await furlong("customer", "erase", "northbet", person, "--wait", "0")
    assert (ended.exit_code, "is under a legal hold" in ended.output) == (1, True), ended.output
    await database.close()


async def test_without_consumers_the_operator_is_told_who_has_not_followed(
    archive: Archive, furlong: Furlong, person: str
) -> None:
    """The null value stays on the topic, and the consumers apply it when they run."""
    await archive.apply(*life_of(person))
    ended = await furlong("customer", "erase", "northbet", person, "--wait", "0")
    assert ended.exit_code == 1
    assert "club, rewards, progress, fulfilment, wallet, bets, lobby did not apply it yet" in ended.output
