"""G23: crowds at the server: connections that say nothing, and twice as many requests as it takes in."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Collection, Iterator
from contextlib import AsyncExitStack
from typing import TypeAlias

import pytest

from gateway import GatewaySettings
from gateway.http.server import ClientLimits
from tests.gateway.worlds import shop
from tests.http.served_gateway import ME, NAME, PATIENCE_SECONDS, QUICK, Client, Shop, post
from tests.support.long_form import LONG_FORM

IDLE = 4_000 if LONG_FORM else 500
INSIDE = 20
ROUNDS = 100 if LONG_FORM else 5
Reply: TypeAlias = tuple[int, bytes, bytes]
"""Status, head and body."""


@pytest.fixture
def _many_files() -> Iterator[None]:
    """Room for both ends of all connections in one process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * IDLE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def crowd(stack: AsyncExitStack, server: Shop, many: int) -> list[Client]:
    """Connections that are open until the end of a block."""
    return [await stack.enter_async_context(server.client()) for _ in range(many)]


@pytest.mark.usefixtures("_many_files")
async def test_idle_connections_keep_nobody_out() -> None:
    """Half of them have said nothing yet, half have had an answer; others are answered as ever."""
    async with Shop(shop()).served() as server, AsyncExitStack() as stack:
        idle = await crowd(stack, server, IDLE)
        for each in idle[::2]:
            await each.send(post(ME))
            assert (await each.reply())[::2] == (200, NAME)
        [busy] = await crowd(stack, server, 1)
        for _ in range(20):
            await busy.send(post(ME))
            assert (await busy.reply())[::2] == (200, NAME)
        for each in idle[1::50]:
            await each.send(post(ME))
            assert (await each.reply())[0] == 200


@pytest.mark.usefixtures("_many_files")
async def test_all_connections_that_say_nothing_are_closed() -> None:
    """Without a word, when their time is over."""
    limits = ClientLimits(head_seconds=QUICK, body_seconds=QUICK, idle_seconds=QUICK)
    async with Shop(shop(), limits).served() as server, AsyncExitStack() as stack:
        idle = await crowd(stack, server, IDLE)
        assert set(await asyncio.gather(*(each.until_closed() for each in idle))) == {b""}
        [client] = await crowd(stack, server, 1)
        await client.send(post(ME))
        assert (await client.reply())[0] == 200


async def test_twice_the_capacity_costs_none_of_it() -> None:
    """In each round, as many requests are answered as there is room for; the others get a Retry-After.

    Once the crowd has gone, nobody is refused and no room is lost.
    """
    room = Shop(shop(), shut=True, settings=GatewaySettings(requests_inside=INSIDE))
    async with room.served() as server, AsyncExitStack() as stack:
        clients = await crowd(stack, server, 2 * INSIDE)
        for number in range(ROUNDS):
            server.gate.clear()
            replies = [asyncio.create_task(asked(client)) for client in clients]
            refused = await first_of(replies, INSIDE)
            assert [(status, b"retry-after: 1" in head) for status, head, _ in refused] == [
                (503, True)
            ] * INSIDE
            server.gate.set()
            statuses = sorted(status for status, _, _ in await asyncio.gather(*replies))
            assert statuses == [200] * INSIDE + [503] * INSIDE
            assert server.events.count("accounts answered") == (number + 1) * INSIDE
        after = await asyncio.gather(*(asked(client) for client in clients[:INSIDE]))
        assert [each[::2] for each in after] == [(200, NAME)] * INSIDE
        await clients[0].send(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
        metrics = (await clients[0].reply())[2]
    assert b"furlong_gateway_requests_inside 0.0" in metrics
    assert b"furlong_gateway_requests_overloaded_total %d.0" % (ROUNDS * INSIDE) in metrics


async def first_of(replies: Collection[asyncio.Task[Reply]], many: int) -> list[Reply]:
    """The replies that come first; the others may still be in progress."""
    waiting = set(replies)
    while len(replies) - len(waiting) < many:
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    return [reply.result() for reply in replies if reply not in waiting]


async def asked(client: Client) -> Reply:
    """The reply to one request."""
    await client.send(post(ME))
    return await client.reply()
