"""A decision of the back office removes old answers from a real Varnish, also those that came after it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from backoffice_stand import backoffice_database
from database_probe import migrated
from global_messages import BRAND, switch
from private_varnish import PrivateVarnish, start_varnish
from prometheus_client import CollectorRegistry
from server_process import free_port

from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.run_publisher import running_publisher
from consumers.acknowledgements.settings import NodeSettings
from consumers.rewards.wiring import create_consumer
from consumers.stream.settings import StreamSettings
from furlong.cdn.purge_worker import Removals, Troubles, run_purges
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import TOPICS
from furlong.settings import CdnSettings
from furlong.workers.round_status import RoundStatus
from storage.clock import SystemClock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.kit.records.global_state.switches import KillSwitches
from subgraphs.rewards import models as rewards
from tests.gateway.varnish_stand import Cdn, gateway_behind, terms

PATIENCE_SECONDS = 120.0
TERMS = f'{{ terms(brand: "{BRAND}") }}'
OTHER = '{ terms(brand: "southbet") }'


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[PrivateVarnish, int]]:
    """A Varnish, and the port of the gateway behind it."""
    port = free_port()
    varnish = start_varnish(tmp_path, port)
    yield varnish, port
    varnish.stop()


@pytest.fixture
async def cdn(started: tuple[PrivateVarnish, int]) -> AsyncIterator[Cdn]:
    """A gateway behind an empty Varnish."""
    async with gateway_behind(*started) as found:
        yield found


@pytest.mark.varnish
async def test_readers_get_what_was_decided_although_they_never_stop_asking(
    cdn: Cdn, embedded_broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """Between the decision and its arrival on the node, readers fetch the old answer; it does not stay."""
    await asyncio.to_thread(embedded_broker.create_topics, [plan.name for plan in TOPICS])
    stream = StreamSettings(
        bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation, poll_seconds=0.1
    )
    clock, office, node = (
        SystemClock(),
        f"sqlite+aiosqlite:///{tmp_path}/b",
        f"sqlite+aiosqlite:///{tmp_path}/n",
    )
    async with AsyncExitStack() as stack:
        backoffice = await stack.enter_async_context(backoffice_database(office))
        database = await stack.enter_async_context(migrated(node, "rewards", rewards.METADATA))
        status = RoundStatus("purges")
        purges = run_purges(CdnSettings(urls=[cdn.varnish.url], again_seconds=0.5), stream.bootstrap, status)
        stack.push_async_callback(_stop, asyncio.create_task(purges))
        await cdn.ask(OTHER)
        await _until(lambda: status.rounds > 2)  # everything is removed at its start, twice
        assert (await cdn.ask(OTHER)).headers["x-cache"] == "miss"
        stack.push_async_callback(_stop, asyncio.create_task(_read_all_the_time(cdn)))
        await stack.enter_async_context(running_publisher(DatabaseSettings(url=office), stream, clock))
        async with backoffice.home.write() as connection:
            await GlobalDecisions().decide(connection, BRAND, switch(off=True), by="ann", at=clock.now())
        removed = status.rounds
        await _until(lambda: status.rounds > removed)
        assert terms(await cdn.ask(TERMS)).startswith("terms 1"), "the node has not applied it yet"
        consumer = create_consumer(
            DatabaseSettings(url=node),
            stream,
            CollectorRegistry(),
            clock,
            node=NodeSettings(name="n", report_seconds=0.5),
        )
        stack.push_async_callback(consumer.stop)
        applying = asyncio.create_task(consumer.run())
        stack.push_async_callback(_stop, applying)
        await _applied(database)
        cdn.content.version = 2
        begun = time.monotonic()
        while not terms(await cdn.ask(TERMS)).startswith("terms 2"):
            assert time.monotonic() - begun < PATIENCE_SECONDS, "the old answer stays"
            await asyncio.sleep(0.01)
        assert (await cdn.ask(OTHER)).headers["x-cache"] == "hit", "other brands' answers stay"


async def test_a_removal_is_repeated_until_the_cdn_has_accepted_it() -> None:
    """A CDN that is down or refuses is asked again, and health says so; "everything" stands for the rest."""
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert head.startswith("BAN / ")
        asked.append(head.split("x-contains: ")[1].splitlines()[0])
        said = "200 removed" if len(asked) > 2 else "503 busy"
        writer.write(f"HTTP/1.1 {said}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        writer.close()

    port, status = free_port(), RoundStatus("purges")
    troubles = Troubles(status)
    troubles.begin("another", "another is unavailable")
    removals = Removals(f"http://127.0.0.1:{port}/")
    removals.add(BRAND)
    async with httpx.AsyncClient() as client:
        sending = asyncio.create_task(removals.send(client, troubles))
        await _until(lambda: "does not accept" in status.trouble)
        async with await asyncio.start_server(answer, "127.0.0.1", port):
            await _until(lambda: status.rounds == 1)
            assert (asked, status.trouble) == ([BRAND] * 3, "another is unavailable")
            for text in ("southbet", "/", BRAND):
                removals.add(text)
            await _until(lambda: status.rounds == 2)
        await _stop(sending)
    assert asked[3:] == ["/"]


async def _read_all_the_time(cdn: Cdn) -> None:
    while True:
        await cdn.ask(TERMS)
        await asyncio.sleep(0.005)


async def _applied(database: Database) -> None:
    """Wait until the node's database has the switch."""
    begun = time.monotonic()
    while True:
        async with database.home.read() as connection:
            if (await KillSwitches(rewards.GLOBAL_STATE).off(connection, BRAND)).whole_brand:
                return
        assert time.monotonic() - begun < PATIENCE_SECONDS
        await asyncio.sleep(0.02)


async def _until(holds: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < PATIENCE_SECONDS, "it does not come about"
        await asyncio.sleep(0.01)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
