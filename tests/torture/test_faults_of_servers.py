"""Kafka and the database become unavailable under load: members wait, continue, and lose nothing."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.kafka, pytest.mark.mariadb]


def _resident_mebibytes(pid: int) -> float:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


async def test_a_database_that_is_killed_and_restarted_under_load(arena: Any, scale: Any) -> None:
    """Committed batches are there; the others are applied again."""
    member = arena.start()
    streaming = asyncio.create_task(arena.stream(scale.of(3, 150), 200))
    for _ in range(int(scale.of(1, 50))):
        await asyncio.sleep(2)
        restart = arena.servers.kill("mariadb")
        restart()
    await streaming
    await arena.reckoning()
    assert not member.ended()


async def test_connections_that_are_killed_under_load(arena: Any, scale: Any) -> None:
    """This includes one whose commit succeeded although its answer was lost."""
    member = arena.start()
    streaming = asyncio.create_task(arena.stream(scale.of(3, 120), 200))
    while not streaming.done():
        await asyncio.sleep(0.1)
        for number in arena.connections():
            arena.kill_connection(number)
    await streaming
    await arena.reckoning()
    assert not member.ended()


async def test_an_outage_of_the_database_is_sat_out(arena: Any, scale: Any) -> None:
    """The member keeps its place in the group, does not grow in memory, and continues by itself."""
    member = arena.start()
    await arena.reckoning()
    restart = arena.servers.kill("mariadb")
    before = _resident_mebibytes(member.process.pid)
    await arena.stream(scale.of(5, 60), int(scale.of(400, 1500)))
    assert member.logged("batch_put_off") > 0
    grown = _resident_mebibytes(member.process.pid) - before
    assert grown < 64
    restart()
    await arena.reckoning()
    assert member.logged("partitions_assigned") == 1
    assert not member.ended()


async def test_a_database_that_falls_silent_is_sat_out(arena: Any, scale: Any) -> None:
    """Connections stay open but nothing answers: the running batch is ended in time."""
    member = arena.start(FURLONG_KAFKA_STALLED_SECONDS="1")
    await arena.reckoning()
    with arena.servers.frozen("mariadb"):
        arena.produce(300)
        await arena.until(lambda: member.logged("database_silent") > 0, "the member notices")
        await asyncio.sleep(scale.of(0, 90))
    await arena.reckoning()
    assert member.logged("partitions_assigned") == 1
    assert not member.ended()


async def test_brokers_that_fall_silent_are_sat_out(arena: Any, scale: Any) -> None:
    """The member considers its connections dead in time, and opens new ones until they are answered."""
    member = arena.start(FURLONG_KAFKA_STALLED_SECONDS="1", FURLONG_KAFKA_HINT_SECONDS="0.5")
    await arena.reckoning()
    arena.produce(300)
    with arena.servers.frozen("kafka"):
        await arena.until(lambda: member.logged("kafka_away") > 0, "the member notices")
        await asyncio.sleep(scale.of(0, 90))
    arena.produce(100)
    await arena.reckoning()
    assert not member.ended()


async def test_a_broker_that_is_killed_and_restarted_under_load(arena: Any, scale: Any) -> None:
    """The process stays alive, notices, and continues by itself."""
    member = arena.start(FURLONG_KAFKA_HINT_SECONDS="0.5")
    await arena.reckoning()
    for _ in range(int(scale.of(1, 5))):
        streaming = asyncio.create_task(arena.stream(4, 100))
        await asyncio.sleep(1)
        restart = arena.servers.kill("kafka")
        await arena.until(lambda: member.logged("kafka_away") > 0, "the member notices")
        restart()
        await streaming
        await arena.reckoning()
    assert not member.ended()
