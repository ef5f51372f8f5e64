"""A decision of the back office removes old answers from a real Varnish, also those that came after it."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from backoffice.global_events.decisions import GlobalDecisions
from backoffice.run_publisher import running_publisher
from consumers.acknowledgements.settings import NodeSettings
from consumers.rewards.wiring import create_consumer
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import TOPICS
from furlong.settings import CdnSettings
from furlong.workers.cdn_purge_worker import PurgeWorker, Removals, Troubles, run_purges
from furlong.workers.status import RoundStatus
from subgraphs.kit.records.global_state import KillSwitches
from subgraphs.rewards import models as rewards
from tests.gateway.varnish_gateway import Cdn, gateway_behind, terms
from tests.support.database_probe import migrated
from tests.support.gateway.private_varnish import PrivateVarnish, start_varnish
from tests.support.long_form import LONG_FORM
from tests.support.office.backoffice_fixture import backoffice_database
from tests.support.office.global_messages import BRAND, switch
from tools.server_process import free_port

PATIENCE_SECONDS = 120.0
REPEATED = 50 if LONG_FORM else 1
AGAIN: dict[str, Any] = {} if LONG_FORM else {"again_seconds": 0.5}
REMOVALS = 4
"""How often each response is removed."""

TERMS = f'{{ terms(brand: "{BRAND}") }}'
OTHER = '{ terms(brand: "southbet") }'


@pytest.fixture
def started(processes: None, tmp_path: Path) -> Iterator[tuple[PrivateVarnish, int]]:
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


@pytest.mark.usefixtures("varnish_installed")
async def test_readers_get_what_was_decided_although_they_never_stop_asking(
    cdn: Cdn, embedded_broker: EmbeddedBroker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between a decision and its arrival on the node, readers fetch the old answer; it does not stay.

    The long form prints how long it took with the usual settings.
    """
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
        settings = CdnSettings(urls=[cdn.varnish.url], **AGAIN)
        purges = run_purges(settings, stream.bootstrap, status)
        await cdn.ask(OTHER)
        stack.push_async_callback(_stop, asyncio.create_task(purges))
        await _until(lambda: status.rounds > 1)  # everything is removed at its start
        await asyncio.sleep(settings.again_seconds)
        assert (await cdn.ask(OTHER)).headers["x-cache"] == "miss"
        stack.push_async_callback(_stop, asyncio.create_task(_read_all_the_time(cdn)))
        await stack.enter_async_context(running_publisher(DatabaseSettings(url=office), stream, clock))

        async def decide(*, off: bool) -> float:
            async with backoffice.write() as connection:
                await GlobalDecisions().decide(connection, BRAND, switch(off=off), by="ann", at=clock.now())
            return time.monotonic()

        removed = status.rounds
        await decide(off=True)
        await _until(lambda: status.rounds > removed)
        await asyncio.sleep(settings.again_seconds)  # removals from now on are due to the node's report
        assert terms(await cdn.ask(TERMS)).startswith("terms 1"), "the node has not applied it yet"
        consumer = create_consumer(
            DatabaseSettings(url=node), stream, CollectorRegistry(), clock, node=NodeSettings(name="n")
        )
        stack.push_async_callback(consumer.stop)
        applying = asyncio.create_task(consumer.run())
        stack.push_async_callback(_stop, applying)
        await _shows(cdn, database, off=True, version=2)
        await cdn.ask(OTHER)
        whole, after = [], []
        for version in range(3, 3 + REPEATED):
            decided = await decide(off=version % 2 == 0)
            after.append(await _shows(cdn, database, off=version % 2 == 0, version=version))
            whole.append(time.monotonic() - decided)
        assert (await cdn.ask(OTHER)).headers["x-cache"] == "hit", "other brands' answers stay"
    if LONG_FORM:
        with capsys.disabled():
            for took, since in ((whole, "the decision"), (after, "the node had applied it")):
                shown = f"median {statistics.median(took):.2f} s, longest {max(took):.2f} s of {len(took)}"
                print(f"until the CDN's first new answer after {since}: {shown}")  # noqa: T201


async def test_each_removal_is_repeated_soon_and_later() -> None:
    """A gateway that has not read the change into its memory yet may give the CDN the old answer again."""
    removals = Noting("http://127.0.0.1:9/")
    PurgeWorker((removals,), again_seconds=0.04).remove([BRAND])
    assert removals.added == [BRAND]
    await _until(lambda: removals.added == [BRAND] * REMOVALS)


@dataclass(slots=True)
class Noting(Removals):
    """Notes what has to be removed, and removes nothing."""

    added: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Note a text."""
        self.added.append(text)


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


async def _shows(cdn: Cdn, database: Database, *, off: bool, version: int) -> float:
    """Wait until the node has the switch; then publish a version, and wait until readers get it.

    Returns:
        For how many seconds readers got the former version after the node had the switch.
    """
    begun = time.monotonic()
    while True:
        async with database.read() as connection:
            if (await KillSwitches(rewards.GLOBAL_STATE).off(connection, BRAND)).whole_brand == off:
                break
        assert time.monotonic() - begun < PATIENCE_SECONDS
        await asyncio.sleep(0.02)
    cdn.content.version = version
    applied = time.monotonic()
    while not terms(await cdn.ask(TERMS)).startswith(f"terms {version}"):
        assert time.monotonic() - begun < PATIENCE_SECONDS, "the old answer stays"
        await asyncio.sleep(0.01)
    return time.monotonic() - applied


async def _until(holds: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < PATIENCE_SECONDS, "it does not come about"
        await asyncio.sleep(0.01)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
