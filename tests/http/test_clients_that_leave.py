"""A client that leaves while its request is read is no fault of the server's: nobody is told of one."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from furlong.serve.http_server import listen, serving
from gateway.http.server import ClientLimits
from tests.gateway.worlds import shop
from tests.http.served_gateway import LONG, ME, PATIENCE_SECONDS, QUICK, Client, Shop, post

HALF = b"POST /%b HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf "
METRICS = b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n"


@dataclass
class Reader:
    """An application that reads bodies, and notes how each of them ends."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    bodies: list[bytes] = field(default_factory=list)

    async def read(self, request: Request) -> Response:
        """Read a body, and answer how long it is."""
        self.begun.set()
        try:
            self.bodies.append(await request.body())
        finally:
            self.ended.set()
        return PlainTextResponse(str(len(self.bodies[-1])))

    async def give_up(self, _request: Request) -> Response:
        """Say that a client has gone who is there."""
        raise ClientDisconnect

    @asynccontextmanager
    async def served(self, limits: ClientLimits = LONG) -> AsyncIterator[int]:
        """Serve it; yield the port."""
        routes = [
            Route("/read", self.read, methods=["POST"]),
            Route("/give-up", self.give_up, methods=["POST"]),
        ]
        with listen("127.0.0.1", 0) as listener:
            async with serving(Starlette(routes=routes), listener, limits):
                yield listener.getsockname()[1]

    async def until_ended(self) -> None:
        """Wait until reading has ended, and what follows of it has been done."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.ended.wait()
        await asyncio.sleep(QUICK)


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    """A connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what an operator would look at."""
    loud = [record for record in caplog.records if record.levelno > logging.DEBUG or record.exc_info]
    return [record.getMessage() for record in loud]


@pytest.mark.parametrize("times", [1, 3])
async def test_who_leaves_in_a_body_is_not_logged_as_a_fault(
    times: int, caplog: pytest.LogCaptureFixture
) -> None:
    """No stack trace and no warning; at most a line for those who look for it. Others are served."""
    caplog.set_level(logging.DEBUG)
    reader = Reader()
    async with reader.served() as port:
        for _ in range(times):
            reader.begun.clear()
            reader.ended.clear()
            async with connected(port) as client:
                await client.send(HALF % b"read")
                await reader.begun.wait()
            await reader.until_ended()
        assert reader.bodies == []
        async with connected(port) as client:
            await client.send(HALF % b"read" + b"whole")
            assert (await client.reply())[::2] == (200, b"10")
    assert faults(caplog) == []


async def test_who_is_cut_off_in_a_body_is_not_logged_as_a_fault(caplog: pytest.LogCaptureFixture) -> None:
    """The client is told by the status; the server has done what it should."""
    reader = Reader()
    limits = ClientLimits(head_seconds=600, body_seconds=QUICK, idle_seconds=600)
    async with reader.served(limits) as port, connected(port) as client:
        await client.send(HALF % b"read")
        assert (await client.reply())[0] == 408
        await reader.until_ended()
    assert (reader.bodies, faults(caplog)) == ([], [])


async def test_an_application_that_gives_up_without_cause_is_a_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The client is there, and gets a status; the operator gets the trace."""
    async with Reader().served() as port, connected(port) as client:
        await client.send(HALF % b"give-up" + b"whole")
        assert (await client.reply())[0] == 500
    assert faults(caplog) == ["Exception in ASGI application\n"]


async def test_who_leaves_in_a_query_is_counted_as_gone(caplog: pytest.LogCaptureFixture) -> None:
    """The graph counts it as what it is, and no error."""
    async with Shop(shop()).served() as server:
        async with server.client() as client:
            await client.send(post(ME)[:-1])
            await asyncio.sleep(QUICK)

        async def outcomes() -> dict[str, str]:
            async with server.client() as client:
                await client.send(METRICS)
                told = (await client.reply())[2].decode()
            return dict(re.findall(r'furlong_gateway_requests_total{outcome="(\w+)"} (\S+)', told))

        async with asyncio.timeout(PATIENCE_SECONDS):
            while (counted := await outcomes()).get("gone") != "1.0":  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
        assert {name for name, number in counted.items() if number != "0.0"} == {"gone"}
        assert server.events == []
    assert faults(caplog) == []
