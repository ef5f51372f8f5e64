"""Connections are shared, replaced and given up as they should be, over real sockets."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.errors import ConnectionFailed, ConnectionLost, SubgraphUnreachable
from gateway.transport import HttpTransport
from gateway.transport.address import Address
from tests.gateway.listening_subgraph import (
    GOOD,
    PATIENCE_SECONDS,
    PATIENT,
    Received,
    Subgraph,
    answering,
    asking,
    never,
    sent,
)

REPLY = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(GOOD), GOOD)
DATA = {"data": {"a": 1}}


async def closed_by_gateway(request: Received) -> None:
    """Wait until the other side has closed."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        with suppress(ConnectionError):
            while await request.reader.read(1000):
                pass


async def test_the_connection_used_last_is_used_next() -> None:
    """So that those that are too many grow old."""
    gate = asyncio.Event()

    async def react(request: Received) -> None:
        if len(subgraph.received) == 3:
            gate.set()
        await gate.wait()
        await answering()(request)

    subgraph = Subgraph(react)
    async with asking(subgraph) as transport:
        await asyncio.gather(*(sent(transport) for _ in range(3)))
        for _ in range(5):
            await sent(transport)
    assert subgraph.connections == 3
    assert len({each.connection for each in subgraph.received[3:]}) == 1


async def test_what_nobody_asked_for_is_no_answer() -> None:
    """A subgraph that speaks first, or twice, loses the connection: its words are for nobody."""

    async def react(request: Received) -> None:
        request.writer.write(REPLY)
        await request.writer.drain()
        if request.connection == 1:
            await asyncio.sleep(0.05)
            request.writer.write(REPLY.replace(b'"a": 1', b'"a": 2'))
            await closed_by_gateway(request)

    subgraph = Subgraph(react)
    async with asking(subgraph) as transport:
        assert await sent(transport) == DATA
        await asyncio.sleep(0.2)
        assert await sent(transport) == DATA
    assert [each.connection for each in subgraph.received] == [1, 2]


@pytest.mark.parametrize("end", [b"connection: close\r\n", b""])
async def test_a_connection_that_the_subgraph_ends_is_not_used_again(end: bytes) -> None:
    """Whether it says so before, or tells the length of its answer by closing."""

    async def react(request: Received) -> None:
        length = b"content-length: %d\r\n" % len(GOOD) if end else b""
        request.writer.write(b"HTTP/1.1 200 OK\r\n" + end + length + b"\r\n" + GOOD)
        request.writer.close()

    subgraph = Subgraph(react)
    async with asking(subgraph) as transport:
        assert [await sent(transport) for _ in range(2)] == [DATA, DATA]
    assert subgraph.connections == 2


async def test_a_connection_that_ends_before_an_answer_fails_its_request_alone() -> None:
    """Nothing is sent twice, and the next one gets another connection."""

    async def react(request: Received) -> None:
        if request.connection == 1:
            request.writer.write(REPLY[:20])
            request.writer.close()
        else:
            await answering()(request)

    subgraph = Subgraph(react)
    async with asking(subgraph, replace(PATIENT, connections=1)) as transport:
        results: list[Any] = await asyncio.gather(sent(transport), sent(transport), return_exceptions=True)
        first, second = results
        assert isinstance(first, SubgraphUnreachable)
        assert second == DATA
    assert len(subgraph.received) == 2


async def test_who_is_given_up_makes_room() -> None:
    """The one that waits for a connection gets one, though the first was never answered."""

    async def react(request: Received) -> None:
        await (never if request.connection == 1 else answering())(request)

    subgraph = Subgraph(react)
    async with asking(subgraph, replace(PATIENT, connections=1)) as transport:
        first = asyncio.create_task(sent(transport))
        await subgraph.asked.wait()
        second = asyncio.create_task(sent(transport))
        await asyncio.sleep(0.01)
        first.cancel()
        assert await second == DATA
    assert len(subgraph.received) == 2


async def test_who_no_longer_waits_for_a_connection_is_not_sent() -> None:
    """A cancelled request never reaches the subgraph."""
    gate = asyncio.Event()

    async def react(request: Received) -> None:
        await gate.wait()
        await answering()(request)

    subgraph = Subgraph(react)
    async with asking(subgraph, replace(PATIENT, connections=1)) as transport:
        first = asyncio.create_task(sent(transport))
        await subgraph.asked.wait()
        others = [asyncio.create_task(sent(transport)) for _ in range(3)]
        await asyncio.sleep(0.01)
        for each in others[:2]:
            each.cancel()
        gate.set()
        assert [await first, await others[2]] == [DATA, DATA]
    assert len(subgraph.received) == 2


async def test_all_who_wait_learn_that_nobody_is_there() -> None:
    """Each by an attempt of its own, however few connections may be open."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    transport = HttpTransport.to(url, replace(PATIENT, connections=2))
    async with asyncio.timeout(PATIENCE_SECONDS):
        failures = await asyncio.gather(*(sent(transport) for _ in range(7)), return_exceptions=True)
    assert [type(failure) for failure in failures] == [ConnectionFailed] * 7
    await transport.close()


async def test_a_name_that_nobody_has_is_unreachable() -> None:
    """Or one that nobody could have."""
    for host in ("nobody.invalid", "a" * 70 + ".invalid"):
        transport = HttpTransport.to(f"http://{host}/", PATIENT)
        with pytest.raises(SubgraphUnreachable, match="connection failed"):
            await sent(transport)
        await transport.close()


async def test_a_subgraph_that_does_not_take_connections_is_not_waited_for() -> None:
    """The time to connect is its own."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        full = [socket.socket() for _ in range(4)]
        for each in full:
            each.setblocking(False)
            each.connect_ex(deaf.getsockname())
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        transport = HttpTransport.to(url, replace(PATIENT, connect_seconds=0.1))
        with pytest.raises(SubgraphUnreachable, match="connection failed"):
            await sent(transport)
        await transport.close()
        for each in full:
            each.close()


async def test_closing_ends_what_is_under_way() -> None:
    """Nothing waits for an answer that cannot come; later requests fail with an error."""
    subgraph = Subgraph(never)
    async with subgraph.listening():
        transport = HttpTransport.to(subgraph.url, replace(PATIENT, connections=1))
        asked = [asyncio.create_task(sent(transport)) for _ in range(2)]
        await subgraph.asked.wait()
        await transport.close()
        failures = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(failure) for failure in failures] == [ConnectionLost, SubgraphUnreachable]
        with pytest.raises(RuntimeError):
            await sent(transport)


async def test_unused_connections_are_closed_by_themselves() -> None:
    """Without another request."""
    subgraph = Subgraph(answering())
    async with asking(subgraph, replace(PATIENT, idle_seconds=0.05)) as transport:
        await sent(transport)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await subgraph.closed.wait()


@pytest.mark.parametrize(
    ("url", "authority", "target"),
    [
        ("http://Club.test", "club.test", "/"),
        ("https://club.test:443/graphql", "club.test", "/graphql"),
        ("http://club.test:8080/a b?q=ü#part", "club.test:8080", "/a%20b?q=%C3%BC"),
        ("http://[::1]:4000/x%2Fy", "[::1]:4000", "/x%2Fy"),
        ("http://bücher.test/", "xn--bcher-kva.test", "/"),
    ],
)
def test_a_url_is_taken_apart(url: str, authority: str, target: str) -> None:
    """Into the parts that a request needs."""
    address = Address.of(url)
    assert (address.authority, address.target) == (authority, target)


@pytest.mark.parametrize("url", ["http://user:secret@club.test/", "http://club.test:http/", "//club.test/"])
def test_urls_that_cannot_be_used_are_told_at_once(url: str) -> None:
    """A wrong setting ends the start, not the first request."""
    with pytest.raises(ValueError, match=r"\w"):
        Address.of(url)
