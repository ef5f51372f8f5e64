"""What the gateway refuses to ask a failing subgraph costs no more than what it asks a sound one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from bench.counts.counting import Counting
from gateway import GatewaySettings, create_gateway
from tests.federation_kit.root_fields import write_supergraph
from tools.server_process import free_port

REPLY: Final = b'{"data":{"field0":{"id":"1","text":"x"}}}'
HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
TIMES: Final = 50


@contextmanager
def sound_subgraph() -> Iterator[int]:
    """The port of a subgraph in a thread of its own, whose work is not counted."""
    started, found = threading.Event(), list[tuple[int, Callable[[], object]]]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
                writer.write(HEAD % len(REPLY) + REPLY)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def serve() -> None:
        server, ended = await asyncio.start_server(answer, "127.0.0.1", 0), asyncio.Event()
        loop = asyncio.get_running_loop()
        stop = partial(loop.call_soon_threadsafe, ended.set)
        found.append((server.sockets[0].getsockname()[1], stop))
        started.set()
        async with server:
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    started.wait()
    try:
        yield found[0][0]
    finally:
        found[0][1]()
        thread.join()


async def test_a_refusal_takes_no_more_than_an_answer(tmp_path: Path) -> None:
    """Else requests that fail fast would take the processor from all others.

    A refusal takes a few calls more than an answer, but sends and receives nothing.
    """
    with sound_subgraph() as port:
        dead = free_port()
        sdl = write_supergraph(tmp_path, [port, dead, dead, dead]).read_text()
        app = create_gateway(
            sdl, settings=GatewaySettings(resilience={"circuit_open_seconds": 3600, "retry_seconds": 0})
        )
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
        ):

            async def least(field: str, wanted: str) -> Counting:
                """Return what a request takes of which nothing is counted that was due at the time."""
                query = {"query": f"{{ {field} {{ id text }} }}"}
                for _ in range(TIMES):
                    await client.post("/graphql", json=query)
                requests = []
                for _ in range(TIMES):
                    with Counting(opcodes=False) as counted:
                        response = await client.post("/graphql", json=query)
                    assert wanted in response.text
                    requests.append(counted)
                return min(requests, key=lambda counted: counted.all_calls)

            answered = await least("field0", '"text":"x"')
            refused = await least("field3", "SUBGRAPH_CIRCUIT_OPEN")
    assert refused.all_calls < 1.01 * answered.all_calls
    assert refused.system_calls < answered.system_calls
