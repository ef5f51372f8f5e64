"""Attack: everything at once, from many connections, while somebody asks for the bet-slip as usual."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

import httpx
import orjson
import pytest

from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from gateway.supergraph import load_supergraph
from tests.attacks.attacked import BETSLIP, CLUB
from tests.attacks.documents import LIKE, costly_document_of
from tests.attacks.test_bodies import BODIES
from tests.support.processes.running_furlong import PATIENCE_SECONDS, eventually, programs_in

BETSLIPS: Final = 20
EACH: Final = 5
"""The hostile connections of each kind."""

ASKED: Final = orjson.dumps({"query": BETSLIP, "variables": {"brand": "northbet"}})
HEAD: Final = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"


@pytest.fixture
def served(processes: None, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[str]:
    """`furlong serve` over databases without brands, and its URL."""
    del processes
    database = f"sqlite+aiosqlite:///{tmp_path / 'databases'}"
    asyncio.run(upgrade_databases(DatabaseSettings(url=database)))
    environment = {
        "FURLONG_DATABASE_URL": database,
        "FURLONG_UPSTREAM_URL": "http://127.0.0.1:9",
        "FURLONG_JWT_SECRET": "a secret of the tests, long enough for HS256",
        "FURLONG_JWT_ISSUER": "tests",
        "FURLONG_JWT_AUDIENCE": "furlong",
    }
    with programs_in(tmp_path, environment) as programs:
        url = f"http://127.0.0.1:{free_port()}"
        programs.start("serve", "--listen", url.removeprefix("http://"))
        eventually(lambda: _is_ready(url), "the site is ready")
        yield url


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ready").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@asynccontextmanager
async def besieged(url: str) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Attack in all ways until the end of the block."""
    port = int(url.rpartition(":")[2])
    ways: list[Callable[[int], Coroutine[object, object, None]]] = [_new_documents, _junk, _slow, _deaf]
    tasks = [asyncio.create_task(way(port)) for way in ways for _ in range(EACH)]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection; that it is lost ends the block."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with suppress(ConnectionError):
            yield reader, writer
    finally:
        writer.transport.abort()


def _post(body: bytes) -> bytes:
    return HEAD + b"content-length: %d\r\n\r\n" % len(body) + body


async def _send(port: int, bodies: Iterator[bytes]) -> None:
    """Send bodies for ever, and read each reply."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as client:
        for body in bodies:
            await client.post("/graphql", content=body, headers={"content-type": "application/json"})


@cache
def _documents() -> list[str]:
    schema = load_supergraph(CLUB).public
    return [costly_document_of(like, schema) for like in LIKE]


async def _new_documents(port: int) -> None:
    """Documents that are costly, and new each time."""
    documents = _documents()
    values = {f"c{number}": True for number in range(6)}
    await _send(
        port,
        (
            orjson.dumps(
                {
                    "query": documents[number % len(documents)].replace("Costly", f"C{number}"),
                    "variables": values,
                }
            )
            for number in count()
        ),
    )


async def _junk(port: int) -> None:
    """Bodies that are no requests."""
    bodies = [body for body, _ in BODIES.values()]
    await _send(port, (bodies[number % len(bodies)] for number in count()))


async def _slow(port: int) -> None:
    """A head that comes byte by byte."""
    while True:
        async with _connected(port) as (_, writer):
            for number in range(len(HEAD)):
                writer.write(HEAD[number : number + 1])
                await writer.drain()
                await asyncio.sleep(0.1)


async def _deaf(port: int) -> None:
    """Requests whose replies nobody reads."""
    while True:
        async with _connected(port) as (reader, writer):
            raw: socket.socket = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            while True:
                writer.write(_post(ASKED))
                await writer.drain()
                await asyncio.sleep(0.01)


@pytest.mark.slow("twenty hostile connections on a busy machine")
async def test_who_asks_for_the_bet_slip_is_answered_each_time(served: str) -> None:
    """No request is refused, lost or left waiting; when the neighbours have gone, no place is occupied."""
    headers = {"content-type": "application/json"}
    async with httpx.AsyncClient(base_url=served, timeout=PATIENCE_SECONDS) as client:
        alone = (await client.post("/graphql", content=ASKED, headers=headers)).content
        async with besieged(served) as hostile:
            for _ in range(BETSLIPS):
                response = await client.post("/graphql", content=ASKED, headers=headers)
                assert (response.status_code, response.content) == (200, alone)
            assert not [each for each in hostile if each.done()]
    eventually(lambda: _is_quiet(served), "all places are free")


def _is_quiet(url: str) -> bool:
    metrics = httpx.get(f"{url}/metrics").text
    return re.search(r"^furlong_gateway_requests_inside 0\.0$", metrics, re.MULTILINE) is not None
