"""G16, G17, G19, G20: a line between gateway and subgraph that delays, resets, truncates, drips or flaps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.gateway.federation_over_http import (
    PATIENCE_SECONDS,
    STOCK,
    eventually,
    http,
    over_http,
    shop_over_http,
)
from tests.gateway.worlds import club
from tests.support.tcp_proxy import TcpProxy

OPT_IN = 'mutation { optIn(input: { brand: "b", termsVersion: "1" }) { errors { code } } }'
NO_STOCK = {"topProducts": [{"name": "Product 1", "inStock": None}]}
STOCKED = {"topProducts": [{"name": "Product 1", "inStock": False}]}
QUICK = {"retry_seconds": 0.0}
"""Settings of resilience."""

LINES: dict[str, tuple[Callable[[TcpProxy], None], str, int]] = {
    "away": (TcpProxy.go_away, "SUBGRAPH_UNREACHABLE", 0),
    "reset at once": (lambda line: setattr(line, "resets", True), "SUBGRAPH_UNREACHABLE", 0),
    "reset before headers": (lambda line: setattr(line, "cut_after", 0), "SUBGRAPH_UNREACHABLE", 2),
    "reset after headers": (lambda line: setattr(line, "cut_after", 90), "SUBGRAPH_UNREACHABLE", 2),
    "truncated": (
        lambda line: (setattr(line, "cut_after", 90), setattr(line, "cuts_by_reset", False))[0],
        "SUBGRAPH_UNREACHABLE",
        2,
    ),
    "wrong content": (
        lambda line: setattr(line, "instead", b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>"),
        "SUBGRAPH_UNREACHABLE",
        1,
    ),
    "without end": (
        lambda line: setattr(line, "instead", b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 3 * 2**20),
        "SUBGRAPH_UNREACHABLE",
        1,
    ),
}
"""What is done to the line, the code that clients see, and how often the subgraph receives the query."""

SLOW: dict[str, Callable[[TcpProxy], None]] = {
    "half-open": lambda line: setattr(line, "silent", True),
    "delayed": lambda line: setattr(line, "delay", PATIENCE_SECONDS),
    "byte by byte": lambda line: setattr(line, "drip", 0.05),
}


@pytest.mark.parametrize("line", LINES)
async def test_a_broken_line_costs_its_fields(line: str) -> None:
    """They are null with a typed error, the rest is there, and a query is sent twice at most."""
    broken, code, received = LINES[line]
    async with shop_over_http(resilience=QUICK) as shop:
        broken(shop.proxies["inventory"])
        answer = await shop.ask(STOCK)
        assert (answer["status"], answer["data"]) == (200, NO_STOCK)
        assert [each["extensions"]["code"] for each in answer["errors"]] == [code]
        assert shop.calls("inventory") == received


@pytest.mark.parametrize("line", SLOW)
async def test_a_slow_line_is_given_up(line: str) -> None:
    """At the timeout of the subgraph, and the query is not sent again."""
    async with shop_over_http(subgraph_seconds={"inventory": 0.3}, resilience=QUICK) as shop:
        SLOW[line](shop.proxies["inventory"])
        answer = await shop.ask(STOCK)
        assert (answer["data"], answer["errors"][0]["extensions"]["code"]) == (NO_STOCK, "SUBGRAPH_TIMEOUT")
        assert shop.calls("inventory") <= 1


async def test_a_lost_connection_is_made_good_by_a_retry() -> None:
    """G19: the subgraph closes the connection in which the next query travels; the client never knows."""
    async with shop_over_http(resilience=QUICK) as shop:
        assert (await shop.ask(STOCK))["data"] == STOCKED
        proxy = shop.proxies["inventory"]
        proxy.deaf_to, proxy.cuts = b"POST", 1
        answer = await shop.ask(STOCK)
        assert (answer["data"], answer.get("errors")) == (STOCKED, None)
        assert shop.calls("inventory") == 3
        attempts = await shop.metric(
            "furlong_gateway_subgraph_further_attempts_total", subgraph="inventory", outcome="made"
        )
        assert attempts == 1


@pytest.mark.parametrize("line", ["reset before headers", "reset after headers", "truncated"])
async def test_a_mutation_is_never_sent_twice(line: str) -> None:
    """G19: whatever happens to its connection; nobody can know whether it had its effect."""
    async with over_http(club(), resilience={**QUICK, "query_retries": 5}) as served:
        LINES[line][0](served.proxies["club"])
        answer = await served.ask(OPT_IN)
        assert answer["errors"][0]["extensions"]["code"] == "SUBGRAPH_UNREACHABLE"
        assert served.calls("club") == 1


async def test_mutations_at_the_same_time_are_all_sent() -> None:
    """They are identical, and each is meant."""
    async with over_http(club()) as served:
        await asyncio.gather(*(served.ask(OPT_IN) for _ in range(10)))
        assert served.calls("club") == 10


async def test_a_mutation_is_told_no_deadline() -> None:
    """A subgraph must not stop in the middle of a change; only queries carry a deadline."""
    header = "x-envoy-expected-rq-timeout-ms"
    async with over_http(club(), resilience={"request_seconds": 30.0}) as served:
        await served.ask(OPT_IN)
        await served.ask("{ rewardCount }")
        told = [each.request.headers.get(header) for each in served.received]
    assert told[0] is None
    assert 0 < int(told[1] or 0) <= 30_000


async def test_a_flapping_subgraph_is_used_whenever_it_is_there() -> None:
    """G20: away and back five times; each time its circuit opens, and closes again."""
    async with shop_over_http(
        resilience={**QUICK, "circuit_open_seconds": 0.05, "circuit_failures": 3}
    ) as shop:
        proxy = shop.proxies["inventory"]
        for _ in range(5):
            proxy.go_away()
            await eventually(lambda: shop.codes(STOCK), ["SUBGRAPH_CIRCUIT_OPEN"])
            await proxy.listen()
            await eventually(lambda: shop.codes(STOCK), [])


async def test_a_field_that_hangs_leaves_the_others_of_its_subgraph() -> None:
    """Each root field has a circuit of its own, whatever aliases clients use."""
    hanging = "{ all: users { name } }"

    async def answer(request: Any) -> Any:
        if "users" in request.query:
            await asyncio.Event().wait()
        return http(shop.federation.subgraph_answer("accounts", request))

    resilience = {"circuit_failures": 3, "share_fetches": False, "circuit_open_seconds": PATIENCE_SECONDS}
    async with shop_over_http(subgraph_seconds={"accounts": 0.2}, resilience=resilience) as shop:
        shop.federation.broken["accounts"] = answer
        await asyncio.gather(*(shop.codes(hanging) for _ in range(4)))
        before = shop.calls("accounts")
        assert await shop.codes("{ users { name } }") == ["SUBGRAPH_CIRCUIT_OPEN"]
        assert shop.calls("accounts") == before
        assert (await shop.ask("{ me { name } }"))["data"] == {"me": {"name": "User 1"}}
        named = {"subgraph": "accounts", "of": "Query.users"}
        assert await shop.metric("furlong_gateway_circuit_state", **named) == 2
        assert await shop.metric("furlong_gateway_circuit_state", subgraph="accounts", of="") == 0


async def test_an_entity_type_that_fails_has_a_circuit_of_its_own() -> None:
    """The stock of products is unknown, and everything else of the shop is there."""
    async with shop_over_http(
        resilience={**QUICK, "circuit_failures": 2, "circuit_open_seconds": PATIENCE_SECONDS}
    ) as shop:
        shop.proxies["inventory"].instead = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno"
        await eventually(lambda: shop.codes(STOCK), ["SUBGRAPH_CIRCUIT_OPEN"])
        assert await shop.metric("furlong_gateway_circuit_state", subgraph="inventory", of="Product") == 2


async def test_codes_of_the_settings_open_a_circuit() -> None:
    """A subgraph that answers, and says that it cannot."""
    sorry = {"data": {"_entities": [None]}, "errors": [{"message": "x", "extensions": {"code": "AWAY"}}]}
    async with shop_over_http(resilience={**QUICK, "circuit_codes": ["AWAY"], "circuit_failures": 2}) as shop:
        shop.federation.broken["inventory"] = lambda _request: sorry
        codes = [await shop.codes(STOCK) for _ in range(3)]
    assert codes == [["DOWNSTREAM_SERVICE_ERROR"]] * 2 + [["SUBGRAPH_CIRCUIT_OPEN"]]


async def test_a_status_of_500_opens_a_circuit_and_its_data_is_used() -> None:
    """A GraphQL response counts whatever its status; the status says that the subgraph is in trouble."""
    async with shop_over_http(resilience={**QUICK, "circuit_failures": 2}) as shop:

        def answer(request: Any) -> bytes:
            return http(shop.federation.subgraph_answer("inventory", request), 500)

        shop.federation.broken["inventory"] = answer
        assert [(await shop.ask(STOCK))["data"] for _ in range(2)] == [STOCKED] * 2
        assert await shop.codes(STOCK) == ["SUBGRAPH_CIRCUIT_OPEN"]
