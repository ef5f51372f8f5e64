"""G17, G20, G21: a gateway of its own process under load, for a minute each; only in the long form.

`make test` proves the same in smaller forms: see docs/reliability.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import statistics
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import pytest

from bench.harness.servers import Server, Servers, free_port, furlong, running_servers
from bench.load.open_loop import OpenLoop, Record
from bench.load.target import Target
from gateway import GatewaySettings, create_gateway
from tests.federation_kit.root_fields import write_supergraph
from tests.gateway.worlds import shop
from tests.http.stub import Connection, stub
from tests.support.long_form import only_in_long_form

pytestmark = only_in_long_form

SECONDS: Final = 60.0
REPLY: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
MEGABYTE: Final = 1_000_000
TOKENS: Final = [f"session-{number}" for number in range(1000)]


@dataclass
class Subgraph:
    """A subgraph with one field, which can go away and come back at the same port.

    Attributes:
        name: The field.
        port: Where it listens.
        asked: How many requests it has received.
    """

    name: str
    port: int
    asked: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def listen(self) -> None:
        """Come back."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def go_away(self) -> None:
        """Refuse connections, and reset those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for each in list(self._open):
            each.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        body = b'{"data":{"%b":{"id":"1","text":"x"}}}' % self.name.encode()
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                await reader.readexactly(length)
                self.asked += 1
                writer.write(REPLY % (len(body), body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()


@dataclass
class Loaded:
    """A gateway before four subgraphs, each with a root field."""

    server: Server
    supergraph: Path
    subgraphs: list[Subgraph]

    async def offer(self, name: str, rate: float, seconds: float) -> Record:
        """Offer requests for a field on a schedule without waiting for answers; `field3` may have errors."""
        body = json.dumps({"query": f"{{ {name} {{ id text }} }}"})
        signs = ('"data"', "\0") if name == "field3" else ('"id"', '"errors"')
        load = OpenLoop(Target(self.server.port, "/graphql", body, *signs), TOKENS, connections=100)
        record = await load.run(rate, seconds)
        await load.close()
        return record

    async def metric(self, name: str) -> float:
        """The sum of a metric's values."""
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{self.server.port}/metrics")).text
        values = [line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith(name)]
        return sum(map(float, values))

    def open_files(self) -> int:
        """How many files the gateway has open."""
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))  # noqa: PTH208 - they may be gone


@asynccontextmanager
async def loaded(folder: Path, **settings: str) -> AsyncIterator[Loaded]:
    """Serve a gateway as `furlong gateway serve` does, until the end of the block."""
    subgraphs = [Subgraph(f"field{number}", free_port()) for number in range(4)]
    supergraph = write_supergraph(folder, [subgraph.port for subgraph in subgraphs])
    async with AsyncExitStack() as stack:
        for subgraph in subgraphs:
            await subgraph.listen()
            stack.push_async_callback(subgraph.go_away)
        servers: Servers = stack.enter_context(running_servers(folder))
        port = free_port()
        command = furlong(
            "gateway", "serve", "--supergraph", str(supergraph), "--listen", f"127.0.0.1:{port}"
        )
        server = await asyncio.to_thread(servers.start, "gateway", command, port, settings)
        yield Loaded(server, supergraph, subgraphs)


async def repeated(every: float, ended: asyncio.Event, act: Callable[[int], Awaitable[None]]) -> int:
    """Do something again and again until the end; return how often."""
    number = 0
    while not ended.is_set():
        await act(number)
        number += 1
        await asyncio.sleep(every)
    return number


@pytest.mark.usefixtures("processes")
async def test_no_request_fails_while_the_graph_is_reloaded_each_second(tmp_path: Path) -> None:
    """G21: 300 requests a second for a minute, with broken and incompatible supergraphs in between."""
    async with loaded(tmp_path, FURLONG_GATEWAY_RELOAD_SECONDS="0") as gateway:
        good = gateway.supergraph.read_text()
        candidates = [
            good + "\n",
            "type Query {",
            good.replace("text: String", "text: String more: Int"),
            good.replace("field0: Thing @join__field(graph: S0) ", ""),
            good[: len(good) // 2],
        ]
        ended = asyncio.Event()

        async def replace(number: int) -> None:
            fresh = gateway.supergraph.with_suffix(".fresh")
            fresh.write_text(candidates[number % len(candidates)] + "\n" * number)
            fresh.replace(gateway.supergraph)
            os.kill(gateway.server.process.pid, signal.SIGHUP)

        await gateway.offer("field0", 100, 2)  # what clients send is known, and not to be broken
        reloading = asyncio.create_task(repeated(1.0, ended, replace))
        record = await gateway.offer("field0", 300, SECONDS)
        ended.set()
        files = await reloading
        ok = await gateway.metric('furlong_gateway_reloads_total{kind="supergraph",result="ok"}')
        refused = await gateway.metric('furlong_gateway_reloads_total{kind="supergraph",result="refused"}')
        sys.stdout.write(f"{files} files, {ok} in force, p99 {record.p99():.1f} ms\n")
    assert dict(record.outcomes) == {"right": record.sent, "late": 0}, record.first_wrong
    assert ok >= files / 4
    assert refused >= files / 3


@pytest.mark.usefixtures("processes")
async def test_a_subgraph_that_is_away_for_a_minute_costs_little(tmp_path: Path) -> None:
    """G20: 500 requests a second fail at once, nothing piles up, and it is found again in five seconds."""
    async with loaded(tmp_path) as gateway:
        away = gateway.subgraphs[3]
        assert (await gateway.offer("field3", 500, 3)).outcomes["right"] == 1500
        files = gateway.open_files()
        await away.go_away()
        before = away.asked
        failing, sound = await asyncio.gather(
            gateway.offer("field3", 500, SECONDS), gateway.offer("field0", 100, SECONDS)
        )
        most = gateway.open_files()
        await away.listen()
        await asyncio.sleep(5)
        found = await gateway.offer("field3", 500, 3)
        latency = statistics.median(failing.right) * 1000
        sys.stdout.write(f"p50 {latency:.1f} ms, p99 {failing.p99():.1f} ms; files {files} -> {most}\n")
    assert failing.outcomes["right"] == failing.sent  # an answer with an error
    assert sound.outcomes["right"] == sound.sent, sound.first_wrong
    assert latency < 20
    assert most < files + 50
    assert away.asked - before < 1600 + 60 * 4
    assert found.outcomes["right"] == found.sent


def endless(
    sent: list[int], head: bytes, piece: bytes, pieces: int
) -> Callable[[Connection], Awaitable[None]]:
    """Send a long reply, and note how much of it was taken."""

    async def react(connection: Connection) -> None:
        sent.append(0)
        await connection.send(head)
        for _ in range(pieces):
            await connection.send(piece)
            sent[-1] += len(piece)

    return react


@pytest.mark.parametrize("form", ["length", "chunked"])
async def test_a_reply_of_200_megabytes_is_cut(form: str) -> None:
    """G17: after two mebibytes; what buffers hold on the way is all that was sent in vain."""
    federation, sent = shop(), list[int]()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
    piece = b" " * 65_536
    if form == "length":
        head += b"content-length: 200000000\r\n\r\n"
    else:
        head, piece = head + b"transfer-encoding: chunked\r\n\r\n", b"10000\r\n" + piece + b"\r\n"
    async with stub() as subgraph:
        subgraph.reaction = endless(sent, head, piece, 200 * MEGABYTE // len(piece))
        others = {
            name: transport for name, transport in federation.transports().items() if name != "inventory"
        }
        settings = GatewaySettings(subgraph_urls={"inventory": subgraph.url}, total_seconds=60)
        app = create_gateway(federation.sdl, others, settings)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
        ):
            for _ in range(20):
                query = {"query": "{ topProducts(first: 2) { name inStock } }"}
                answer = (await client.post("/graphql", json=query, timeout=60)).json()
                assert [product["inStock"] for product in answer["data"]["topProducts"]] == [None, None]
                assert {error["extensions"]["code"] for error in answer["errors"]} <= {
                    "SUBGRAPH_UNREACHABLE",
                    "SUBGRAPH_CIRCUIT_OPEN",
                }
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        sys.stdout.write(f"{max(sent) / MEGABYTE:.1f} MB taken at most, {grown} KiB grown\n")
    assert max(sent) < 20 * MEGABYTE
    assert grown < 32 * 1024
