"""G15, G20, G30: a subgraph that is slow, away or silent harms nobody who does not need it."""

from __future__ import annotations

import asyncio
import gc

import pytest

from gateway.errors import SubgraphUnreachable
from tests.gateway.federation_over_http import (
    ACCOUNTS,
    PATIENCE_SECONDS,
    PRODUCTS,
    STOCK,
    ServedFederation,
    eventually,
    hang,
    shop_over_http,
)

SHORT = 0.3
"""The timeout of the broken subgraph; the others have so much that the machine's speed does not matter."""


async def opened(shop: ServedFederation) -> None:
    """Fail until the circuit of the stock is open."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "SUBGRAPH_CIRCUIT_OPEN" not in await shop.codes(STOCK):
            pass


async def test_a_slow_subgraph_costs_its_own_fields_only() -> None:
    """G15: its fields are null with a typed error at the timeout; the other fields are there."""
    async with shop_over_http(subgraph_seconds={"inventory": SHORT}) as shop:
        shop.proxies["inventory"].delay = PATIENCE_SECONDS
        answer = await shop.ask(STOCK)
    assert answer["status"] == 200
    assert answer["data"] == {"topProducts": [{"name": "Product 1", "inStock": None}]}
    assert [(each["path"], each["extensions"]) for each in answer["errors"]] == [
        (["topProducts", 0, "inStock"], {"code": "SUBGRAPH_TIMEOUT", "service": "inventory"})
    ]


async def test_all_fetches_together_end_at_the_deadline_of_the_request() -> None:
    """G15: a chain of slow subgraphs takes no longer than one request may, whatever each of them may take."""
    async with shop_over_http(resilience={"request_seconds": 2.0}) as shop:
        await shop.ask(STOCK)
        shop.federation.broken["inventory"] = hang
        answer = await shop.ask(STOCK)
        assert answer["data"] == {"topProducts": [{"name": "Product 1", "inStock": None}]}
        assert answer["errors"][0]["extensions"] == {"code": "DEADLINE_EXCEEDED", "service": "inventory"}
        await eventually(lambda: shop.cancelled, ["inventory"])


async def test_a_dead_subgraph_is_left_alone_and_found_again() -> None:
    """G20: while the circuit is open nothing is sent; once the subgraph is back, probes close the circuit."""
    async with shop_over_http(resilience={"circuit_open_seconds": 0.2, "retry_seconds": 0}) as shop:
        shop.proxies["inventory"].go_away()
        await opened(shop)
        assert await shop.metric("furlong_gateway_circuit_state", subgraph="inventory", of="") == 2
        answer = await shop.ask(STOCK)
        assert answer["data"] == {"topProducts": [{"name": "Product 1", "inStock": None}]}
        await shop.proxies["inventory"].listen()

        async def state() -> float:
            await shop.codes(STOCK)
            return await shop.metric("furlong_gateway_circuit_state", subgraph="inventory", of="")

        await eventually(state, 0)
        assert await shop.codes(STOCK) == []
        assert await shop.metric("furlong_gateway_circuit_openings_total", subgraph="inventory", of="") >= 1


async def test_nothing_is_sent_while_a_circuit_is_open() -> None:
    """G20: fifty requests fail at once, with a code of their own, and without a connection."""
    async with shop_over_http(
        resilience={"circuit_open_seconds": PATIENCE_SECONDS, "retry_seconds": 0}
    ) as shop:
        shop.proxies["inventory"].resets = True
        await opened(shop)
        before = shop.proxies["inventory"].connections
        codes = await asyncio.gather(*(shop.codes(STOCK) for _ in range(50)))
        assert codes == [["SUBGRAPH_CIRCUIT_OPEN"]] * 50
        assert shop.proxies["inventory"].connections == before


async def test_a_silent_subgraph_takes_no_room_from_the_others() -> None:
    """G30: three hundred clients on a subgraph that accepts and never answers; no other request fails.

    As many requests wait as the gateway answers at once: without care for them there is no slot left.
    """
    settings = {"requests_inside": 100, "resilience": {"subgraph_calls": 100, "share_fetches": False}}
    async with shop_over_http(**settings) as shop:
        shop.proxies["accounts"].silent = True
        clients: list[asyncio.Task[list[str]]] = []
        for number in range(300):
            clients.append(asyncio.create_task(shop.codes(ACCOUNTS)))
            if number % 20 == 19:
                await asyncio.sleep(0.01)
        await eventually(lambda: shop.metric("furlong_gateway_requests_waiting"), 100)
        healthy = [await shop.ask(PRODUCTS) for _ in range(30)]
        refused = [await shop.codes(ACCOUNTS) for _ in range(5)]
        codes = {code for each in clients if each.done() for code in each.result()}
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
        assert await shop.metric("furlong_gateway_requests_waiting") == 0
    assert [(each["status"], "errors" in each) for each in healthy] == [(200, False)] * 30
    assert refused == [["SUBGRAPH_BUSY"]] * 5
    assert codes <= {"SUBGRAPH_BUSY", "OVERLOADED"}


@pytest.mark.parametrize("line", ["open circuit", "lost connection"])
async def test_failures_leave_no_garbage_in_cycles(line: str) -> None:
    """Only a collection would find it, and hold up all requests for as long as it looks."""
    failures = 1_000 if line == "lost connection" else 3
    limits = {
        "retry_seconds": 0,
        "circuit_failures": failures,
        "circuit_calls": 1_000,
        "circuit_open_seconds": 3_600,
    }
    async with shop_over_http(resilience=limits) as shop:
        shop.proxies["accounts"].cut_after = 0
        for _ in range(10):
            await shop.codes(ACCOUNTS)
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            codes = [await shop.codes(ACCOUNTS) for _ in range(20)]
            gc.collect()
            found = [each for each in gc.garbage if isinstance(each, SubgraphUnreachable)]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
    expected = "SUBGRAPH_UNREACHABLE" if line == "lost connection" else "SUBGRAPH_CIRCUIT_OPEN"
    assert codes == [[expected]] * 20
    assert found == []
