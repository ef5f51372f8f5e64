"""R9: gateways behind HAProxy are killed in turn: only requests in flight there fail; a retry answers."""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import ROOT, Programs, eventually, programs_in
from tests.support.subgraphs.club_fixture import AUDIENCE, ISSUER, SECRET, ClubFixture, make_token
from tests.torture.conftest import Scale
from tools.cell_servers.haproxy import start_haproxy
from tools.server_process import free_port

pytestmark = [pytest.mark.usefixtures("processes", "haproxy_installed"), pytest.mark.timeout(900)]
CONFIGURATION: Final = ROOT / "deploy" / "haproxy" / "haproxy.cfg"
CLIENTS: Final = 8
REPETITIONS: Final = 2
"""One may still be taken by a process that is ending: the kernel closes its listening socket last."""
QUERY: Final = {
    "query": """{ club(brand: "northbet") { membership { optedIn } progress { staked { minor } } } }"""
}
RIGHT: Final = {"data": {"club": {"membership": {"optedIn": False}, "progress": {"staked": {"minor": 0}}}}}


@dataclass
class Pair:
    """Two `furlong serve` over the same databases, and HAProxy in front of them."""

    programs: Programs
    url: str
    ports: tuple[int, int]
    log: Path
    running: list[Program] = field(default_factory=list)

    def start(self, number: int) -> Program:
        """Start a gateway, and wait until it serves."""
        program = self.programs.start("serve", "--listen", f"127.0.0.1:{self.ports[number]}")

        def is_ready() -> bool:
            with suppress(httpx.TransportError):
                return httpx.get(f"http://127.0.0.1:{self.ports[number]}/ready").is_success
            return False

        eventually(is_ready, "the gateway is ready")
        return program

    def replace(self, number: int, kills: int) -> None:
        """Kill a gateway for the so-many-th time; start it again when HAProxy has noticed."""
        self.running[number].send_signal(signal.SIGKILL)
        self._is_said(number, "DOWN", kills)
        self.running[number] = self.start(number)
        self._is_said(number, "UP", kills)

    def _is_said(self, number: int, state: str, times: int) -> None:
        line = f"Server gateways/gateway{number + 1} is {state}"
        eventually(lambda: self.log.read_text().count(line) >= times, f"HAProxy says: {line}")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Provide both gateways, with Northbet's club in SQLite."""
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}/data")
    asyncio.run(_fill(database))
    environment = {
        "FURLONG_DATABASE_URL": database.url,
        "FURLONG_UPSTREAM_URL": "http://127.0.0.1:9",
        "FURLONG_JWT_SECRET": SECRET,
        "FURLONG_JWT_ISSUER": ISSUER,
        "FURLONG_JWT_AUDIENCE": AUDIENCE,
        "FURLONG_GATEWAY__RATE_LIMITS__RULES": "[]",
    }
    clients, ports = free_port(), (free_port(), free_port())
    configuration = tmp_path / "haproxy.cfg"
    configuration.write_text(CONFIGURATION.read_text())
    addresses = {
        name: f"127.0.0.1:{port}" for name, port in zip(("GATEWAY_1", "GATEWAY_2"), ports, strict=True)
    }
    with programs_in(tmp_path, environment) as programs:
        found = Pair(programs, f"http://127.0.0.1:{clients}", ports, tmp_path / "haproxy.log")
        found.running = [found.start(0), found.start(1)]
        haproxy = start_haproxy(configuration, clients, {"CLIENTS": f"127.0.0.1:{clients}", **addresses})
        yield found
        haproxy.stop()


async def _fill(database: DatabaseSettings) -> None:
    await upgrade_databases(database)
    club_fixture = ClubFixture.over(database.url, datetime.now(UTC))
    await club_fixture.add_northbet()
    await club_fixture.close()


@dataclass
class Reader:
    """A client that reads without a pause, and repeats a failed request at once."""

    client: httpx.AsyncClient
    token: str
    asked: int = 0
    failed: int = 0
    failed_again: list[str] = field(default_factory=list)
    slowest: float = 0.0

    async def read(self, stop: asyncio.Event) -> None:
        """Read until told to stop."""
        while not stop.is_set():
            begun = time.monotonic()
            self.asked += 1
            if await self._ask() is not None:
                self.failed += 1
                again, repeated = await self._ask(), 1
                while again is not None and repeated < REPETITIONS:
                    again, repeated = await self._ask(), repeated + 1
                if again is not None:
                    self.failed_again.append(again)
            self.slowest = max(self.slowest, time.monotonic() - begun)

    async def _ask(self) -> str | None:
        """Return what went wrong; None if nothing did."""
        try:
            answer = await self.client.post("/graphql", json=QUERY, headers={"authorization": self.token})
        except httpx.TransportError as error:
            return repr(error)
        return None if answer.is_success and answer.json() == RIGHT else f"{answer.status_code} {answer.text}"


async def _each_reads_on(readers: list[Reader]) -> None:
    """Wait until no reader is at a request, or its repetition, of before."""
    asked = [reader.asked for reader in readers]
    while any(reader.asked == before for reader, before in zip(readers, asked, strict=True)):  # noqa: ASYNC110 - a count
        await asyncio.sleep(0.01)


async def test_a_killed_gateway_costs_only_its_own_requests(pair: Pair, scale: Scale) -> None:
    """At most the requests in flight there fail; each is answered when it is sent once more, at once."""
    kills = round(scale.of(2, 30))
    now = int(time.time())
    token = f"Bearer {make_token(iat=now, exp=now + 3600)}"
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        readers = [
            Reader(await stack.enter_async_context(httpx.AsyncClient(base_url=pair.url, timeout=30)), token)
            for _ in range(CLIENTS)
        ]
        reading = [asyncio.create_task(reader.read(stop)) for reader in readers]
        for kill in range(kills):
            await asyncio.sleep(scale.of(0.2, 1))
            await asyncio.to_thread(pair.replace, kill % 2, kill // 2 + 1)
        stop.set()
        await asyncio.gather(*reading)
    asked, failed = (sum(getattr(reader, name) for reader in readers) for name in ("asked", "failed"))
    again = [each for reader in readers for each in reader.failed_again]
    slowest = max(reader.slowest for reader in readers)
    print(  # noqa: T201 - the figures, with -rP
        f"{kills} kills: of {asked} requests {failed} failed, and {len(again)} of their last repetitions; "
        f"the slowest took {slowest:.1f} s"
    )
    assert again == []
    assert failed <= kills * CLIENTS
    assert asked > kills * CLIENTS * 10
