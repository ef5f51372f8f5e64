"""The socket that the simulated servers listen on, and what they read from it."""

import asyncio
import logging
import socket

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.server import listen, serving


def test_answers_are_not_held_back() -> None:
    """A connection accepted there sends small pieces at once."""
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_an_address_that_is_taken() -> None:
    """Two cannot listen at the same address."""
    with listen("127.0.0.1", 0) as listener, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", listener.getsockname()[1])


@pytest.mark.parametrize("cut", ["one segment", "two segments"])
async def test_the_body_of_a_request_that_offers_an_upgrade_is_no_request(cut: str) -> None:
    """It is read to its end, however it is cut, and the connection goes on after it."""
    app = Starlette(routes=[Route("/", _count_bytes, methods=["POST"])])
    body = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
    offer = b"connection: upgrade\r\nupgrade: h2c\r\n"
    head = b"POST / HTTP/1.1\r\nhost: localhost\r\n%bcontent-length: %d\r\n\r\n" % (offer, len(body))
    with listen("127.0.0.1", 0) as listener:
        async with serving(app, listener, before_stop=lambda: None):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            for _ in range(2):
                for segment in (head, body) if cut == "two segments" else (head + body,):
                    writer.write(segment)
                    await asyncio.sleep(0.05)  # usually enough for a segment of its own
                assert (await reader.readline()).split()[1] == b"200"
                await reader.readuntil(b"\r\n\r\n")
                assert await reader.readexactly(2) == b"%d" % len(body)
            writer.close()


async def test_a_client_that_leaves_in_its_body_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    """It is no fault of the server, which answers the next one."""
    app = Starlette(routes=[Route("/", _count_bytes, methods=["POST"])])
    head = b"POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 4\r\n\r\n"
    with listen("127.0.0.1", 0) as listener, caplog.at_level(logging.WARNING):
        async with serving(app, listener, before_stop=lambda: None):
            for body in (b"ha", b"half"):
                reader, writer = await asyncio.open_connection(*listener.getsockname())
                writer.write(head + body)
                await asyncio.sleep(0.05)  # so that the application reads it
                status = (await reader.readline()).split()[1] if body == b"half" else b""
                writer.close()
            assert status == b"200"
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def _count_bytes(request: Request) -> Response:
    return Response(b"%d" % len(await request.body()))
