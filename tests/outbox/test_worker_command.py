"""`furlong worker outbox` as an operator runs it: killed, started again, stopped."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, update

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from furlong.demo.embedded_broker import EmbeddedBroker
from subgraphs.club.models import METADATA, OUTBOX
from subgraphs.kit.records.outbox import Fact, Outbox
from tests.support.database_probe import migrated
from tests.support.processes.running_furlong import PATIENCE_SECONDS, programs_in

CLOCK = SystemClock()


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Database]:
    """Provide the club's database, in a folder of its own."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    await upgrade_databases(DatabaseSettings(url=url))
    async with migrated(url, "club", METADATA) as database:
        yield database


async def put(club: Database, identity: str) -> None:
    """Write a fact."""
    fact = Fact("club.membership.v1", "some.fact/1", "northbet:c-1", identity, {"brand_id": "northbet"})
    async with club.write() as connection:
        await Outbox(OUTBOX).put(connection, fact, CLOCK.now())


async def empty(club: Database) -> None:
    """Wait until no fact waits."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        async with club.read() as connection:
            if not await connection.scalar(select(func.count()).select_from(OUTBOX.outbox)):
                return
        await asyncio.sleep(0.05)
    pytest.fail("the outbox is not emptied")


async def shown(client: httpx.AsyncClient, line: str) -> None:
    """Wait until the metrics contain a line."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if line in (await client.get("/metrics")).text:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"the metrics do not show {line}")


@pytest.mark.usefixtures("processes")
async def test_the_worker_publishes_goes_on_after_a_kill_and_stops_when_told(
    club: Database, embedded_broker: EmbeddedBroker, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """After a kill, the next worker waits until the lease ends; a worker that is stopped gives it up."""
    port = free_port()
    await asyncio.to_thread(embedded_broker.create_topics, ["club.membership.v1"])
    environment = {
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}",
        "FURLONG_KAFKA_BOOTSTRAP": embedded_broker.bootstrap,
    }
    with programs_in(tmp_path, environment) as programs:
        first = programs.start("worker", "outbox")
        await put(club, "1")
        await empty(club)
        first.kill()
        await asyncio.to_thread(first.wait)
        await put(club, "2")
        async with club.write() as connection:  # instead of waiting for half a minute
            await connection.execute(update(OUTBOX.lease).values(expires_at=CLOCK.now()))
        second = programs.start("worker", "outbox", "--listen", f"127.0.0.1:{port}")
        await empty(club)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/health")).json()["live"]
            await shown(client, 'furlong_outbox_published_total{outbox="club"} 1.0')
        second.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(second.wait, PATIENCE_SECONDS) == 0, programs.logs()
    async with club.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(OUTBOX.lease)) == 0
