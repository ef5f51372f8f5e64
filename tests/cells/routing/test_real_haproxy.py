"""A real HAProxy in front of the gateways of two cells."""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from cells.claim import claim, without_fence
from cells.routing.cell_map import CellMap
from cells.routing.haproxy import change_running, changes_in, check_files, write_files
from cells.routing.runtime import Runtime
from foundation.storage.cells.cell import Cell
from foundation.storage.settings import CellSettings, DatabaseSettings
from furlong.databases import METADATA
from furlong.demo.tokens import demo_sessions, make_token
from furlong.serve.http_server import listen, serving
from furlong.serve.site import create_site
from furlong.serve.subgraphs import subgraph_parts
from furlong.topic_plans import KEYED_TOPICS
from gateway import GatewaySettings
from subgraphs.block_list import SUBGRAPHS
from tests.support.database_probe import migrate
from tools import server_process
from tools.cell_servers.haproxy import start_haproxy

pytestmark = [
    pytest.mark.usefixtures("haproxy_installed"),
    pytest.mark.asyncio(loop_scope="module"),
]
OF = 8
CELLS = (Cell("c0", 0, 4, OF), Cell("c1", 5, 7, OF))
SECRET = "a secret of at least 32 bytes, for tests"
QUERY = {"query": "{ __typename }"}
ANSWER = '{"data":{"__typename":"Query"}}'
CUSTOMERS = [f"c-{n}" for n in range(120)] + ["jürgen", "花子", '"quoted\\', "😀-1", "a.b", "x" * 64]


@dataclass
class Routed:
    """HAProxy, and what stands behind it."""

    cells: CellMap
    folder: Path
    client: httpx.AsyncClient

    def token(self, customer: str, **changes: object) -> str:
        """Return a customer's token; with changes, one that is signed with another key."""
        now = datetime.now(UTC)
        token = make_token(demo_sessions(SECRET), "northbet", customer, now)
        if not changes:
            return token
        head, payload, signature = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "==")) | changes
        forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return f"{head}.{forged}.{signature}"

    async def ask(self, token: str | None = None, path: str = "/graphql") -> httpx.Response:
        """Ask the graph through HAProxy."""
        headers = {"accept": "application/graphql-response+json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return await self.client.post(path, json=QUERY, headers=headers)

    async def until_ready(self, path: str) -> None:
        """Wait until a path is served."""
        while (await self.ask(path=path)).status_code != 200:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)

    def remapped(self, first: str, second: str) -> CellMap:
        """Return the map with other ranges."""
        ranges = (first, second)
        cells = tuple(
            cell.model_copy(update={"partitions": each})
            for cell, each in zip(self.cells.cells, ranges, strict=True)
        )
        return self.cells.model_copy(update={"cells": cells})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def routed(processes: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Routed]:
    """Provide the gateways of two cells behind a real HAProxy."""
    data = tmp_path_factory.mktemp("gateways")
    sessions, port = demo_sessions(SECRET), server_process.free_port()
    async with AsyncExitStack() as stack:
        short = Path(stack.enter_context(TemporaryDirectory(prefix="fr")))  # paths of sockets are short
        gateways = []
        for cell in CELLS:
            settings = CellSettings(cell=cell.name, cell_partitions=cell.partitions, cell_of=cell.of)
            database = DatabaseSettings(url=f"sqlite+aiosqlite:///{data / cell.name}", cell=settings)
            for name in SUBGRAPHS:
                await migrate(without_fence(database), name, METADATA[name])
            await claim(database, SUBGRAPHS, KEYED_TOPICS)
            parts = subgraph_parts(database, sessions=sessions)
            listener = listen("127.0.0.1", 0)
            gateways.append(f"127.0.0.1:{listener.getsockname()[1]}")
            await stack.enter_async_context(serving(create_site(parts, gateway=GatewaySettings()), listener))
        cells = CellMap.model_validate(
            {
                "of": OF,
                "listen": f"127.0.0.1:{port}",
                "admin_socket": str(short / "admin.sock"),
                "again_milliseconds": 1500,
                "tokens": {"algorithm": "HS256"},
                "cells": [
                    {
                        "name": cell.name,
                        "partitions": cell.partitions,
                        "gateways": [gateway],
                        "database": f"127.0.0.1:{server_process.free_port()}",
                        "database_listen": f"127.0.0.1:{server_process.free_port()}",
                    }
                    for cell, gateway in zip(CELLS, gateways, strict=True)
                ],
            }
        )
        write_files(cells, short)
        router = start_haproxy(short / "haproxy.cfg", port, {"FURLONG_JWT_SECRET": SECRET})
        stack.callback(router.stop)
        url = f"http://127.0.0.1:{port}"
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60))
        routed = Routed(cells, short, client)
        async with asyncio.timeout(120):
            for cell in CELLS:  # HAProxy sends nothing to a gateway that is not ready yet
                await routed.until_ready(f"/graphql?partition={cell.first}")
        yield routed


async def test_haproxy_accepts_what_is_written(routed: Routed) -> None:
    """`haproxy -c` has no complaint, with several gateways, and without checks of tokens; nothing drifts."""
    first, second = routed.cells.cells
    several = first.model_copy(update={"gateways": ("127.0.0.1:1", "[::1]:2", "localhost:3")})
    for changes in ({}, {"cells": (several, second)}, {"tokens": None}):
        changed = routed.cells.model_copy(update=changes)
        assert await asyncio.to_thread(check_files, changed) is None  # HAProxy asks for /ready meanwhile
    assert changes_in(routed.cells, routed.folder) == {}


async def test_every_customer_is_sent_to_the_cell_that_serves_them(routed: Routed) -> None:
    """HAProxy's Lua agrees with the gateways, which agree with Kafka, also for names of other scripts."""
    seen = set()
    for customer in CUSTOMERS:
        response = await routed.ask(routed.token(customer))
        assert response.text == ANSWER, (customer, response.status_code)
        (cell,) = (cell for cell in CELLS if cell.has("northbet", customer))
        assert response.headers["x-furlong-cell"] == cell.name
        assert cell.owns(int(response.headers["x-furlong-partition"]))
        assert response.headers["access-control-expose-headers"] == "X-Furlong-Partition"
        assert "x-furlong-again" not in response.headers
        seen.add(cell.name)
    assert seen == {"c0", "c1"}


async def test_tokens_that_do_not_hold_are_refused_at_the_router(routed: Routed) -> None:
    """A forged, an expired and a broken token: 401 without a gateway; a visitor without one is served."""
    expired = make_token(demo_sessions(SECRET), "northbet", "c-1", datetime.now(UTC) - timedelta(days=3))
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    unsigned = f"{head}.{routed.token('c-1').split('.')[1]}."
    for wrong in (routed.token("c-1", sub="c-2"), expired, unsigned, "nonsense", "a.b.c"):
        response = await routed.ask(wrong)
        assert response.status_code == 401
        assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert "x-furlong-cell" not in response.headers
    cells = {(await routed.ask()).headers["x-furlong-cell"] for _ in range(60)}
    assert cells == {"c0", "c1"}


async def test_a_stream_without_a_header_finds_its_cell_by_the_url(routed: Routed) -> None:
    """A WebSocket's token comes after its handshake, so the URL names the customer's partition."""
    for partition in range(OF):
        response = await routed.ask(path=f"/graphql?partition={partition}")
        (cell,) = (cell for cell in CELLS if cell.owns(partition))
        assert response.headers["x-furlong-cell"] == cell.name
    for hint in ("99", "-1", "x", "", "0%20c1"):
        assert (await routed.ask(path=f"/graphql?partition={hint}")).status_code == 200
    token = routed.token("c-1")
    (cell,) = (cell for cell in CELLS if cell.has("northbet", "c-1"))
    for partition in range(OF):
        response = await routed.ask(token, f"/graphql?partition={partition}")
        assert response.headers["x-furlong-cell"] == cell.name


async def test_a_websocket_is_accepted_by_its_cell_and_told_to_come_again_by_others(routed: Routed) -> None:
    """The partition that a response has named leads to the cell; without it, 1013 says to try another way."""
    token = routed.token("c-1")
    own = int((await routed.ask(token)).headers["x-furlong-partition"])
    url = str(routed.client.base_url).rstrip("/").replace("http", "ws", 1) + "/graphql"
    start = json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
    for partition in range(OF):
        target = f"{url}?partition={partition}"
        async with connect(target, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            await socket.send(start)
            if any(cell.owns(own) and cell.owns(partition) for cell in CELLS):
                assert json.loads(await socket.recv()) == {"type": "connection_ack"}
                continue
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1013


async def test_a_request_of_the_wrong_cell_is_routed_again_once(routed: Routed) -> None:
    """While the map is out of date, a request waits and is routed by the new map, but not twice."""
    outdated = routed.remapped("0-6", "7")
    assert change_running(outdated, routed.folder) == 2
    moved = [customer for customer in CUSTOMERS if Cell("x", 5, 6, OF).has("northbet", customer)]
    token = routed.token(moved[0])
    asked = asyncio.create_task(routed.ask(token))
    await asyncio.sleep(0.5)
    assert change_running(routed.cells, routed.folder) == 2
    response = await asked
    assert response.text == ANSWER
    assert (response.headers["x-furlong-again"], response.headers["x-furlong-cell"]) == ("1", "c1")
    change_running(outdated, routed.folder)
    try:
        response = await routed.ask(token)
    finally:
        change_running(routed.cells, routed.folder)
    assert response.status_code == 421
    assert response.json()["errors"][0]["extensions"]["code"] == "WRONG_CELL"
    assert response.headers["x-furlong-again"] == "1"


async def test_the_listener_before_a_database_is_switched_without_a_restart(routed: Routed) -> None:
    """New connections go to the new server, and those to the old one are ended; other cells' stay."""
    host, _, port = (routed.cells.cells[0].database_listen or "").rpartition(":")
    runtime = Runtime(routed.cells.admin_socket)
    servers, names = [], [secrets.token_bytes(8), secrets.token_bytes(8)]

    greeted: list[asyncio.StreamWriter] = []

    async def greet(name: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.append(writer)
        writer.write(name)
        await writer.drain()

    for name in names:
        server = await asyncio.start_server(partial(greet, name), "127.0.0.1", 0)
        servers.append(server)
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    connections: list[Any] = []
    try:
        for name, target in zip(names, ports, strict=True):
            runtime.switch_database("database_c0", "127.0.0.1", target)
            assert runtime.database_of("database_c0") == f"127.0.0.1:{target}"
            if connections:
                assert await asyncio.wait_for(connections[0][0].read(), 30) == b""
            connections.append(await asyncio.open_connection(host, int(port)))
            assert await asyncio.wait_for(connections[-1][0].readexactly(8), 30) == name
    finally:
        for writer in (*greeted, *(writer for _, writer in connections)):
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        for server in servers:
            server.close()
