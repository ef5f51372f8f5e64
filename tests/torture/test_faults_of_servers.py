"""Kafka and the database become unavailable under load: members wait, continue, and lose nothing."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.long_form import only_in_long_form

pytestmark = [only_in_long_form, pytest.mark.usefixtures("kafka_installed", "mariadb_installed")]
LONG = "60"
"""The seconds of a session in the group that no slow machine ends."""


def _resident_mebibytes(pid: int) -> float:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


async def test_a_database_that_is_killed_and_restarted_under_load(harness: Any) -> None:
    """Committed batches are there; the others are applied again."""
    member = harness.start()
    streaming = asyncio.create_task(harness.stream(150, 200))
    for _ in range(50):
        await asyncio.sleep(2)
        restart = harness.servers.kill("mariadb")
        restart()
    await streaming
    await harness.reckoning()
    assert not member.ended()


async def test_connections_that_are_killed_under_load(harness: Any) -> None:
    """This includes one whose commit succeeded although its answer was lost."""
    member = harness.start()
    streaming = asyncio.create_task(harness.stream(120, 200))
    while not streaming.done():
        await asyncio.sleep(0.1)
        for number in harness.connections():
            harness.kill_connection(number)
    await streaming
    await harness.reckoning()
    assert not member.ended()


async def test_an_outage_of_the_database_is_sat_out(harness: Any) -> None:
    """The member keeps its place in the group, does not grow in memory, and continues by itself."""
    member = harness.start(FURLONG_KAFKA_SESSION_SECONDS=LONG)
    await harness.reckoning()
    restart = harness.servers.kill("mariadb")
    before = _resident_mebibytes(member.process.pid)
    await harness.stream(60, 1500)
    await harness.until(lambda: member.logged("batch_deferred") > 0, "the batch is deferred")
    grown = _resident_mebibytes(member.process.pid) - before
    assert grown < 64
    restart()
    await harness.reckoning()
    assert member.logged("partitions_assigned") == 1
    assert not member.ended()
    harness.stop(member)


async def test_a_database_that_falls_silent_is_sat_out(harness: Any) -> None:
    """Connections stay open but nothing answers: the running batch is ended in time."""
    member = harness.start(FURLONG_KAFKA_STALLED_SECONDS="4", FURLONG_KAFKA_SESSION_SECONDS=LONG)
    await harness.reckoning()
    with harness.servers.frozen("mariadb"):
        harness.produce(300)
        await harness.until(lambda: member.logged("database_silent") > 0, "the member notices")
        await asyncio.sleep(90)
    await harness.reckoning()
    assert member.logged("partitions_assigned") == 1
    assert not member.ended()
    harness.stop(member)


async def test_brokers_that_fall_silent_are_sat_out(harness: Any) -> None:
    """The member considers its connections dead in time, and opens new ones until they are answered."""
    member = harness.start(FURLONG_KAFKA_STALLED_SECONDS="1", FURLONG_KAFKA_HINT_SECONDS="0.5")
    await harness.reckoning()
    harness.produce(300)
    with harness.servers.frozen("kafka"):
        await harness.until(lambda: member.logged("kafka_away") > 0, "the member notices")
        await asyncio.sleep(90)
    harness.produce(100)
    await harness.reckoning()
    assert not member.ended()


async def test_a_broker_that_is_killed_and_restarted_under_load(harness: Any) -> None:
    """The process stays alive, notices, and continues by itself."""
    member = harness.start(FURLONG_KAFKA_HINT_SECONDS="0.5")
    await harness.reckoning()
    for _ in range(5):
        streaming = asyncio.create_task(harness.stream(4, 100))
        await asyncio.sleep(1)
        restart = harness.servers.kill("kafka")
        await harness.until(lambda: member.logged("kafka_away") > 0, "the member notices")
        restart()
        await streaming
        await harness.reckoning()
    assert not member.ended()
