"""`POST /invalidation` tells a gateway that responses are out of date."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from gateway import create_gateway
from gateway.settings import GatewaySettings
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.features.response_cache.cached_shop import SUPERGRAPH, Shop
from tests.gateway.merged_settings import merged

KEY = "a key of the newsroom"
QUERY = {"query": "{ products { stock } }"}
PRODUCT_2: dict[str, Any] = {"kind": "cache_tag", "subgraphs": ["stock"], "cache_tag": "product-2"}


@asynccontextmanager
async def gateway(shop: Shop, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway over the subgraphs of a shop."""
    chosen = GatewaySettings(
        **merged({"response_cache": {"enabled": True, "invalidation_key": SecretStr(KEY)}}, settings)
    )
    transport = httpx.ASGITransport(create_gateway(SUPERGRAPH, shop.executor.transports, chosen))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


async def invalidate(client: httpx.AsyncClient, body: Any, key: str = KEY) -> httpx.Response:
    """The response to an invalidation."""
    return await client.post("/invalidation", json=body, headers={"authorization": f"Bearer {key}"})


async def test_a_tag_is_invalidated_by_those_who_know_the_key() -> None:
    """Before the answer, so that the next request gets what is new."""
    shop = Shop()
    async with gateway(shop) as client:
        for _ in range(2):
            await client.post("/graphql", json=QUERY)
        shop.stock["2"] = 21
        assert (await invalidate(client, [PRODUCT_2], key="another key, as long")).status_code == 401
        assert (await client.post("/invalidation", json=[PRODUCT_2])).status_code == 401
        stale = (await client.post("/graphql", json=QUERY)).json()["data"]["products"][1]["stock"]
        response = await invalidate(
            client, [PRODUCT_2, {"kind": "type", "subgraph": "list", "type": "Query"}]
        )
        assert (response.status_code, response.json()) == (202, {"invalidations": 2})
        answer = (await client.post("/graphql", json=QUERY)).json()
        metrics = (await client.get("/metrics")).text
    assert (stale, answer["data"]["products"][1]["stock"]) == (20, 21)
    assert shop.calls.count(("stock", ["1", "2", "3"])) == 1
    assert 'furlong_gateway_response_cache_lookups_total{result="hit",subgraph="stock"} 8.0' in metrics
    assert 'furlong_gateway_response_cache_invalidations_total{kind="type"} 1.0' in metrics


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "1 to 1000"),
        ({}, "1 to 1000"),
        ([PRODUCT_2] * 1001, "1 to 1000"),
        ([7], "kind"),
        ([PRODUCT_2, {"kind": "all"}], "Entry 1: kind"),
        ([{**PRODUCT_2, "subgraphs": []}], "a cache_tag needs subgraphs"),
        ([{**PRODUCT_2, "subgraphs": ["stok"]}], "there are list, stock"),
        ([{"kind": "type", "subgraph": "stock"}], "a type needs"),
        ([{"kind": "subgraph"}], "no such subgraph"),
    ],
)
async def test_what_cannot_be_invalidated_is_refused_in_words(body: Any, said: str) -> None:
    """A mistyped name would else look like a success."""
    async with gateway(Shop()) as client:
        response = await invalidate(client, body)
    assert response.status_code == 400
    assert said in response.json()["error"]


async def test_a_large_body_is_refused() -> None:
    """Whoever knows the key may be broken."""
    async with gateway(Shop()) as client:
        assert (await invalidate(client, "x" * 300_000)).status_code == 413


async def test_without_a_key_there_is_no_route() -> None:
    """Nobody can invalidate anything."""
    app = create_gateway(
        SUPERGRAPH, Shop().executor.transports, GatewaySettings(response_cache={"enabled": True})
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        assert (await invalidate(client, [PRODUCT_2])).status_code == 404


async def test_the_cache_is_off_by_default() -> None:
    """Each request asks the subgraphs."""
    asked: list[str] = []

    async def answer(request: SubgraphRequest) -> Mapping[str, Any]:
        asked.append(request.query)
        return {"data": {"best": []}}

    app = create_gateway(SUPERGRAPH, {"list": asking(answer), "stock": asking(answer)}, GatewaySettings())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        for _ in range(2):
            await client.post("/graphql", json={"query": '{ best(kind: "a") { upc } }'})
    assert len(asked) == 2


@pytest.mark.parametrize(
    "settings",
    [
        {"response_cache": {"invalidation_key": SecretStr(KEY)}},
        {"response_cache": {"enabled": True, "private": True}},
    ],
)
def test_settings_that_contradict_one_another_are_refused(settings: dict[str, Any]) -> None:
    """Nothing to invalidate; and private responses of customers that nobody knows."""
    with pytest.raises(ValueError, match="RESPONSE_CACHE"):
        create_gateway(SUPERGRAPH, Shop().executor.transports, GatewaySettings(**settings))
