"""The gateway's server when more is asked at once than it takes in."""

import asyncio
from contextlib import AsyncExitStack

import orjson
import pytest

from gateway import GatewaySettings
from tests.gateway.worlds import shop
from tests.http.served_gateway import ME, NAME, Shop, post


async def test_what_is_too_much_at_once_is_told_to_come_again() -> None:
    """Later requests of the connection, and all that are not GraphQL, are answered as usual."""
    shut = Shop(shop(), shut=True, settings=GatewaySettings(requests_inside=1))
    health = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
    async with shut.served() as server, server.client() as first, server.client() as second:
        await first.send(post(ME))
        await server.until("accounts asked")
        await second.send(post(ME) + health + post(ME))
        status, head, body = await second.reply()
        assert (status, b"retry-after: 1" in head) == (503, True)
        assert orjson.loads(body)["errors"][0]["extensions"]["code"] == "OVERLOADED"
        assert [(await second.reply())[0] for _ in range(2)] == [200, 503]
        server.gate.set()
        assert (await first.reply())[0] == 200
        await second.send(post(ME))
        assert (await second.reply())[0] == 200
        await second.send(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
        metrics = (await second.reply())[2]
    assert b"furlong_gateway_requests_overloaded_total 2.0" in metrics
    assert b"furlong_gateway_requests_inside 0.0" in metrics


async def test_a_refused_connection_goes_on_as_ever() -> None:
    """However the requests come: alone, in pieces, after one that was answered."""
    shut = Shop(shop(), shut=True, settings=GatewaySettings(requests_inside=1))
    async with shut.served() as server, server.client() as first, server.client() as second:
        await first.send(post(ME))
        await server.until("accounts asked")
        for cut in (0, 5, 40, len(post(ME)) - 1):
            await second.send(post(ME))
            assert (await second.reply())[0] == 503
            await second.send(post(ME)[:cut])
            await asyncio.sleep(0.01)
            await second.send(post(ME)[cut:] + post(ME, b"connection: keep-alive"))
            assert [(await second.reply())[0] for _ in range(2)] == [503, 503]
        server.gate.set()
        assert (await first.reply())[2] == NAME
        for client in (first, second):
            await client.send(post(ME))
            assert (await client.reply())[2] == NAME


async def test_a_refused_client_that_wants_its_connection_closed_gets_that() -> None:
    """It waits for the end of the connection, perhaps."""
    shut = Shop(shop(), shut=True, settings=GatewaySettings(requests_inside=1))
    async with shut.served() as server, server.client() as first, server.client() as second:
        await first.send(post(ME))
        await server.until("accounts asked")
        await second.send(post(ME, b"connection: close"))
        assert (await second.until_closed()).startswith(b"HTTP/1.1 503 ")
        server.gate.set()
        assert (await first.reply())[0] == 200


PAGE = b"https://www.good.example"


@pytest.mark.parametrize(
    ("origins", "allowed"),
    [
        ([b"Origin: " + PAGE], PAGE),
        ([b"oRIGIN:\t" + PAGE], PAGE),
        ([b"origin: https://a.shops.example"], b"https://a.shops.example"),
        ([b"origin: https://evil.example"], None),
        ([b"origin: null"], None),
        ([b"origin: " + PAGE, b"origin: " + PAGE], None),
        ([b"x-origin: " + PAGE], None),
        ([], None),
    ],
)
async def test_a_page_of_another_origin_sees_the_refusal(origins: list[bytes], allowed: bytes | None) -> None:
    """Whether the request was parsed or not, the refusal has the CORS headers of an answer."""
    named = ("https://www.good.example", "https://*.shops.example")
    shut = Shop(shop(), shut=True, settings=GatewaySettings(requests_inside=1, cors={"origins": named}))
    async with shut.served() as server, server.client() as first, server.client() as second:
        await first.send(post(ME))
        await server.until("accounts asked")
        request = post(ME, *origins)
        for parts in ([request], [request[:-3], request[-3:]], [post(ME, b"connection: close", *origins)]):
            for part in parts:
                await second.send(part)
                await asyncio.sleep(0.01)
            status, head, _ = await second.reply()
            lines = head.lower().split(b"\r\n")
            told = [line for line in lines if line.startswith(b"access-control-allow-origin: ")]
            assert told == ([b"access-control-allow-origin: " + allowed] if allowed else [])
            exposed = any(b"expose-headers" in line and b"retry-after" in line for line in lines)
            assert (status, exposed, b"vary: origin" in lines) == (503, allowed is not None, True)
        server.gate.set()
        assert (await first.reply())[0] == 200


async def test_a_refusal_says_nothing_of_origins_by_default() -> None:
    """The bytes that were made before are sent."""
    shut = Shop(shop(), shut=True, settings=GatewaySettings(requests_inside=1))
    async with shut.served() as server, server.client() as first, server.client() as second:
        await first.send(post(ME))
        await server.until("accounts asked")
        await second.send(post(ME, b"origin: " + PAGE))
        status, head, _ = await second.reply()
        assert (status, b"access-control" in head, b"vary" in head) == (503, False, False)
        server.gate.set()
        assert (await first.reply())[0] == 200


async def test_who_is_slow_with_a_body_takes_no_room() -> None:
    """A request is inside once it is all there."""
    room = Shop(shop(), settings=GatewaySettings(requests_inside=1))
    async with room.served() as server, AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(server.client()) for _ in range(3)]
        for context in slow:
            await context.send(post(ME)[:-1])
        client = await stack.enter_async_context(server.client())
        await client.send(post(ME))
        assert (await client.reply())[0] == 200
        for context in slow:
            await context.send(post(ME)[-1:])
            assert (await context.reply())[0] == 200
