"""The gateway's server: limits on what a client may take, and no work that nobody waits for."""

import asyncio
import re
import time
from collections.abc import Callable
from typing import Final

import pytest
import uvloop

from gateway.http.server import ClientLimits
from tests.gateway.worlds import atlas, shop
from tests.http.served_gateway import ME, NAME, QUICK, Shop, post

STOPPED: Final = 2.0
"""For how many seconds the machine stands still: longer than a client may."""


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"POST /graphql HTTP/1.1\r\nx: " + b"y" * 20_000 + b"\r\n\r\n", 431),
        (b"POST /" + b"y" * 20_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"POST /graphql HTTP/1.1\r\n" + b"x: y\r\n" * 100 + b"\r\n", 431),
        (b"POST /graphql HTTP/1.1\r\nx: " + b"y" * 1_000_000, 431),
        (b"POST /graphql HTTP/1.1\r\n" + b"x: y\r\n" * 200_000, 431),
        (b"hello\r\n\r\n", 400),
        (post(ME, b"transfer-encoding: chunked"), 400),
        (post(ME, b"content-length: 7"), 400),
    ],
    ids=[
        "long header",
        "long path",
        "headers",
        "endless header",
        "endless headers",
        "no HTTP",
        "two",
        "twice",
    ],
)
async def test_what_is_too_much_or_no_http_is_refused(content: bytes, status: int) -> None:
    """With a status, and the connection is closed; the server keeps serving."""
    async with Shop(shop()).served() as server:
        async with server.client() as client:
            client.writer.write(content)
            assert (await client.reply())[0] == status
            await client.until_closed()
        async with server.client() as client:
            await client.send(post(ME))
            assert (await client.reply())[0] == 200
        assert server.events == ["accounts asked", "accounts answered"]


async def test_a_large_body_is_refused_before_it_is_there() -> None:
    """The part that arrives is not buffered."""
    head = re.sub(rb"content-length: \d+", b"content-length: 99999999", post(ME).split(b"\r\n\r\n")[0])
    async with Shop(shop()).served() as server, server.client() as client:
        await client.send(head + b"\r\n\r\n" + b" " * 100_000)
        assert (await client.reply())[0] == 413


@pytest.mark.parametrize(
    ("content", "limits", "told"),
    [
        (b"", ClientLimits(head_seconds=QUICK, body_seconds=600, idle_seconds=600), b""),
        (b"POST /gra", ClientLimits(head_seconds=QUICK, body_seconds=600, idle_seconds=600), b"HTTP/1.1 408"),
        (
            post(ME)[:-1],
            ClientLimits(head_seconds=600, body_seconds=QUICK, idle_seconds=600),
            b"HTTP/1.1 408",
        ),
    ],
    ids=["silent", "slow head", "slow body"],
)
async def test_who_is_too_slow_is_cut_off(content: bytes, limits: ClientLimits, told: bytes) -> None:
    """Nothing is kept for a client that does not get on."""
    async with Shop(shop(), limits).served() as server, server.client() as client:
        await client.send(content)
        assert (await client.until_closed())[: len(told) or None] == told
        assert server.events == []


async def test_an_idle_connection_is_closed_and_a_busy_one_is_not() -> None:
    """A request takes as long as it takes; after it the connection may be idle for a while."""
    limits = ClientLimits(head_seconds=QUICK, body_seconds=QUICK, idle_seconds=QUICK)
    async with Shop(shop(), limits, shut=True).served() as server, server.client() as client:
        await client.send(post(ME))
        await server.until("accounts asked")
        await asyncio.sleep(5 * QUICK)
        server.gate.set()
        assert (await client.reply())[::2] == (200, NAME)
        assert await client.until_closed() == b""


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "idle"])
def test_time_in_which_the_machine_stood_still_is_no_clients(
    loop_factory: Callable[[], asyncio.AbstractEventLoop], *, is_new: bool
) -> None:
    """Who could not send because nothing ran is not cut off, as a client that is silent is."""

    async def stand_still() -> None:
        limits = ClientLimits(head_seconds=STOPPED / 2, body_seconds=STOPPED / 2, idle_seconds=STOPPED / 2)
        async with Shop(shop(), limits).served() as server, server.client() as client:
            if not is_new:
                await client.send(post(ME))
                assert (await client.reply())[0] == 200
            await asyncio.sleep(QUICK)  # the connection is made
            time.sleep(STOPPED)  # noqa: ASYNC251 - nothing runs meanwhile
            await asyncio.sleep(QUICK)  # the server runs again before its client does
            await client.send(post(ME))
            assert (await client.reply())[::2] == (200, NAME)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(stand_still())


async def test_a_query_whose_client_has_gone_is_given_up() -> None:
    """A lost connection ends the work at once."""
    async with Shop(shop(), shut=True).served() as server:
        async with server.client() as client:
            await client.send(post("{ me { reviews { body } } }"))
            await server.until("accounts asked")
        await server.until("accounts given up")
        assert server.events == ["accounts asked", "accounts given up"]
        async with server.client() as client:
            await client.send(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
            assert b'furlong_gateway_requests_total{outcome="gone"} 1.0' in (await client.reply())[2]


async def test_a_mutation_whose_client_has_gone_is_carried_out() -> None:
    """Half a mutation would be worse than an answer that nobody reads."""
    async with Shop(atlas(), shut=True).served() as server:
        async with server.client() as client:
            await client.send(post('mutation { rename(code: "p", name: "x") { item { weight } } }'))
            await server.until("a asked")
        server.gate.set()
        await server.until("b answered")
