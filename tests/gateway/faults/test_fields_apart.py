"""A query of several root fields of one subgraph: a field that fails takes no other with it."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest

from gateway.features.resilience.circuits import query_parts
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.preparer import Preparer
from tests.federation_kit.asked import SubgraphRequest
from tests.gateway.federation_over_http import (
    PATIENCE_SECONDS,
    ServedFederation,
    eventually,
    hang,
    shop_over_http,
)
from tests.gateway.merged_settings import merged
from tests.gateway.worlds import shop

SOON_OPEN: Final = {"subgraph_seconds": {"accounts": 0.3}, "resilience": {"circuit_failures": 3}}
THREE: Final = "query Three($id: ID!) { me { name } other: user(id: $id) { ...Named } users { name } }"
NAMED: Final = "fragment Named on User { name }"
ASKED: Final = {"variables": {"id": "2"}}


def without_users(shop: ServedFederation) -> None:
    """Let the field `users` of the accounts hang, and no other."""

    async def answer(request: SubgraphRequest) -> Any:
        if "users" in request.query:
            await hang()
        return shop.federation.subgraph_answer("accounts", request)

    shop.federation.broken["accounts"] = answer


async def test_a_field_that_hangs_takes_no_other_of_its_fetch_with_it() -> None:
    """Once its circuit is open, the others are answered at once, and it alone is null, with its error."""
    async with shop_over_http(
        **merged(SOON_OPEN, {"resilience": {"circuit_open_seconds": PATIENCE_SECONDS}})
    ) as shop:
        without_users(shop)

        async def codes() -> list[str]:
            return await shop.codes(f"{THREE} {NAMED}", **ASKED)

        # First all of it fails; then each field is asked for alone, until it is clear which one hangs.
        await eventually(codes, ["SUBGRAPH_CIRCUIT_OPEN"])
        shop.received.clear()
        answers = await asyncio.gather(*(shop.ask(f"{THREE} {NAMED}", **ASKED) for _ in range(5)))
        assert not any("users" in each.request.query for each in shop.received)
        assert await shop.codes("{ users { name } }") == ["SUBGRAPH_CIRCUIT_OPEN"]
    for answer in answers:
        assert answer["data"] == {"me": {"name": "User 1"}, "other": {"name": "User 2"}, "users": None}
        assert answer["errors"] == [
            {
                "message": "The service accounts has failed repeatedly and is not called for a moment.",
                "path": ["users"],
                "extensions": {"code": "SUBGRAPH_CIRCUIT_OPEN", "service": "accounts"},
            }
        ]


async def test_a_field_that_recovers_is_asked_for_with_the_others_again() -> None:
    """Its own calls probe it; then one call asks for everything, as before."""
    async with shop_over_http(**merged(SOON_OPEN, {"resilience": {"circuit_open_seconds": 0.2}})) as shop:
        without_users(shop)
        await eventually(lambda: shop.codes(f"{THREE} {NAMED}", **ASKED), ["SUBGRAPH_CIRCUIT_OPEN"])
        del shop.federation.broken["accounts"]

        async def calls() -> int:
            shop.received.clear()
            assert await shop.codes(f"{THREE} {NAMED}", **ASKED) in ([], ["SUBGRAPH_CIRCUIT_OPEN"])
            return shop.calls("accounts")

        await eventually(calls, 1)
        assert await shop.codes(f"{THREE} {NAMED}", **ASKED) == []


async def test_an_entity_type_that_hangs_takes_no_other_of_its_fetch_with_it() -> None:
    """Reviews of users and of products are asked for in one request, until those of products hang."""
    query = "{ users { name reviews { id } } topProducts(first: 2) { upc reviews { id } } }"
    async with shop_over_http(
        subgraph_seconds={"reviews": 0.3},
        resilience={"circuit_failures": 3, "circuit_open_seconds": PATIENCE_SECONDS},
    ) as shop:
        truth = (await shop.ask(query))["data"]
        assert shop.calls("reviews") == 1

        async def answer(request: SubgraphRequest) -> Any:
            if "Product" in request.query:
                await hang()
            return shop.federation.subgraph_answer("reviews", request)

        shop.federation.broken["reviews"] = answer
        await eventually(lambda: shop.codes(query), ["SUBGRAPH_CIRCUIT_OPEN"])
        shop.received.clear()
        told = await shop.ask(query)
        (asked,) = [each.request.query for each in shop.received if each.subgraph == "reviews"]
    assert ("User" in asked, "Product" in asked) == (True, False)
    assert told["data"]["users"] == truth["users"]
    assert told["data"]["topProducts"] == [{"upc": each, "reviews": None} for each in "12"]
    assert [each["path"] for each in told["errors"]] == [["topProducts"]]


async def test_a_subgraph_that_is_away_is_not_asked_for_each_field() -> None:
    """All of its fields fail by one circuit."""
    async with shop_over_http(
        resilience={"circuit_open_seconds": PATIENCE_SECONDS, "retry_seconds": 0}
    ) as shop:
        shop.proxies["accounts"].go_away()
        await eventually(lambda: shop.codes(f"{THREE} {NAMED}", **ASKED), ["SUBGRAPH_CIRCUIT_OPEN"] * 3)
        assert await shop.metric("furlong_gateway_circuit_state", subgraph="accounts", of="") == 2


@pytest.mark.parametrize(
    "query",
    [
        "{ me { name } users { id } }",
        "{ a: user(id: 1) { name } b: user(id: 2) { id } me { id } }",
        f"query ($id: ID!) {{ user(id: $id) {{ ...Named }} me {{ ...Named birthday }} }} {NAMED}",
        "{ me { reviews { body product { name } } } users { reviews { body } } topProducts { name } }",
    ],
)
async def test_parts_together_are_what_the_whole_is(query: str) -> None:
    """Each part is a document of its own, and together they answer what the whole does."""
    federation = shop()
    plan = Preparer(federation.supergraph, PreparationLimits()).plan(query, None, {"id": "2"})[1].plan
    fetch = next(each for each in plan.fetches if each.subgraph == "accounts")

    def answered(document: str, names: frozenset[str]) -> Any:
        variables = {name: value for name, value in {"id": "2"}.items() if name in names}
        return federation.subgraph_answer("accounts", SubgraphRequest(document, variables, None, {}))

    whole = answered(fetch.document, frozenset(fetch.variables))
    parts = [answered(each.document, each.variables) for each in query_parts(fetch)]
    assert len(parts) > 1
    assert all("errors" not in each for each in (whole, *parts))
    assert {key: value for part in parts for key, value in part["data"].items()} == whole["data"]
