"""G22: what clients do to each other's calls: they leave, ask for the same, and are in a hurry."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from gateway import SupergraphError, create_gateway
from gateway.feature import Version
from gateway.features.resilience.bulkhead import WaitingRequests
from gateway.features.resilience.feature import Resilience
from gateway.features.resilience.guard import Guards
from gateway.features.resilience.metrics import KnownGuards
from gateway.http.admission import Admission
from gateway.pipeline.hooks import Hooks
from gateway.settings import GatewaySettings
from tests.gateway.federation_over_http import (
    ACCOUNTS,
    STOCK,
    ServedFederation,
    eventually,
    http,
    over_http,
    shop_over_http,
)
from tests.gateway.worlds import club, shop
from tests.support.long_form import LONG_FORM

CHANGE = 'mutation { optIn(input: { brand: "b", termsVersion: "1" }) { errors { code } } }'
ANNE, BEN = {"authorization": "Bearer anne"}, {"authorization": "Bearer ben"}


class Gate:
    """Holds the answers of a subgraph back until it is opened."""

    def __init__(self, served: ServedFederation, name: str) -> None:
        self.opened = asyncio.Event()
        self.served, self.name = served, name
        served.federation.broken[name] = self.answer

    async def answer(self, request: Any) -> bytes:
        """Wait, and answer in truth."""
        await self.opened.wait()
        return http(self.served.federation.subgraph_answer(self.name, request))


async def calls_under_way(served: ServedFederation, name: str) -> float:
    """How many calls the bulkhead counts."""
    return await served.metric("furlong_gateway_subgraph_calls", subgraph=name)


async def test_reads_of_clients_that_leave_are_cancelled() -> None:
    """G22: hundreds of clients leave in the middle of their request; subgraphs learn it, nothing is left."""
    async with shop_over_http() as served:
        Gate(served, "accounts")
        for _ in range(20 if LONG_FORM else 4):
            asked = [
                asyncio.create_task(served.ask(ACCOUNTS, headers={"authorization": f"Bearer {number}"}))
                for number in range(50)
            ]
            await eventually(lambda: served.calls("accounts") > 0, True)
            for each in asked:
                each.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
            assert await calls_under_way(served, "accounts") == 0
            served.received.clear()
        assert await served.metric("furlong_gateway_requests_inside") == 0
        await eventually(lambda: len(served.cancelled) > 0, True)


async def test_identical_queries_of_a_customer_are_sent_once() -> None:
    """Another customer's are not the same; each gets its own answer."""
    async with shop_over_http() as served:
        gate = Gate(served, "accounts")
        asked = [asyncio.create_task(served.ask(ACCOUNTS, headers=ANNE)) for _ in range(5)]
        asked += [asyncio.create_task(served.ask(ACCOUNTS, headers=BEN))]
        await eventually(lambda: calls_under_way(served, "accounts"), 6)
        await eventually(lambda: served.calls("accounts"), 2)
        gate.opened.set()
        answers = await asyncio.gather(*asked)
        assert [answer["data"] for answer in answers] == [{"me": {"name": "User 1"}}] * 6
        assert served.calls("accounts") == 2
        shared = await served.metric(
            "furlong_gateway_subgraph_shared_total", subgraph="accounts", scope="customer"
        )
        assert shared == 4


async def test_shared_entities_are_merged_into_each_answer() -> None:
    """Later fetches write into what was shared; no answer sees another one's data."""
    query = "{ topProducts(first: 2) { name inStock reviews { body author { name } } } }"
    async with shop_over_http() as served:
        truth = served.federation.monolith(query)
        answers = await asyncio.gather(*(served.ask(query) for _ in range(20)))
        shared = await served.metric(
            "furlong_gateway_subgraph_shared_total", subgraph="reviews", scope="customer"
        )
    assert [answer["data"] for answer in answers] == [truth["data"]] * 20
    assert shared > 0


async def test_a_client_may_shorten_its_own_time_alone() -> None:
    """The same query of another client is not ended with it."""
    async with shop_over_http(resilience={"client_deadline_header": "X-Timeout-Ms"}) as served:
        gate = Gate(served, "inventory")
        hurried = {**ANNE, "x-timeout-ms": "150"}
        patient = asyncio.create_task(served.ask(STOCK, headers=ANNE))
        await eventually(lambda: served.calls("inventory"), 1)
        answer = await served.ask(STOCK, headers=hurried)
        assert {each["extensions"]["code"] for each in answer["errors"]} == {"DEADLINE_EXCEEDED"}
        gate.opened.set()
        assert "errors" not in await patient


async def test_a_mutation_outlives_the_patience_of_its_client() -> None:
    """G22: its subgraph is not interrupted, and the answer is the client's if it still waits."""
    async with over_http(club(), resilience={"client_deadline_header": "x-timeout-ms"}) as served:
        await served.ask(CHANGE)
        gate = Gate(served, "club")
        asked = asyncio.create_task(served.ask(CHANGE, headers={"x-timeout-ms": "1000"}))
        await eventually(lambda: served.calls("club"), 2)
        await asyncio.sleep(1.1)
        assert not served.cancelled
        gate.opened.set()
        assert (await asked)["data"] == {"optIn": {"errors": []}}


async def test_header_rules_leave_the_deadline_to_the_gateway() -> None:
    """Subgraphs get the remaining time under any rules, and no client can replace it."""
    rules = {"all": {"request": [{"propagate": {"matching": "x-*"}}]}}
    header = "x-envoy-expected-rq-timeout-ms"
    async with shop_over_http(header_rules={"rules": rules}) as served:
        await served.ask(ACCOUNTS, headers={header: "999999999", "x-other": "1"})
        (received,) = served.received
    assert 0 < int(received.request.headers[header]) <= 180_500
    assert received.request.headers["x-other"] == "1"


async def test_connections_are_limited_by_subgraph() -> None:
    """Further calls wait for a connection."""
    limits = {"accounts": 3}
    async with shop_over_http(
        subgraph_connection_limits=limits, resilience={"share_fetches": False}
    ) as served:
        await asyncio.gather(*(served.ask(ACCOUNTS) for _ in range(20)))
        assert served.calls("accounts") == 20
        assert served.proxies["accounts"].connections == 3


async def test_the_gateway_does_not_start_with_unknown_names() -> None:
    """A protection of a subgraph that does not exist is a mistake."""
    named = {"stock": 1}
    for chosen in (
        GatewaySettings(subgraphs={"seconds": named}),
        GatewaySettings(resilience={"subgraph_call_limits": named}),
        GatewaySettings(subgraphs={"connection_limits": named}),
    ):
        with pytest.raises(SupergraphError, match="stock"):
            create_gateway(shop().sdl, shop().transports(), chosen)


def hooks_of(app: Any) -> Hooks:
    """What is called for the requests of a gateway."""
    return app._graph.current.endpoint.pipeline.hooks


def test_subgraphs_in_process_are_guarded_by_setting_alone() -> None:
    """By default nothing is put around their calls, and nothing is called for their requests."""
    federation = shop()
    plain = hooks_of(create_gateway(federation.sdl, federation.transports(), GatewaySettings()))
    assert (plain.requests, plain.plans, plain.calls) == ((), (), ())
    chosen = GatewaySettings(resilience={"guard_in_process": ("accounts",)})
    guarded = hooks_of(create_gateway(federation.sdl, federation.transports(), chosen))
    (guards,) = guarded.calls
    assert isinstance(guards, Guards)
    assert set(guards.by_subgraph) == {"accounts"}
    assert len(guarded.plans) == 1


async def test_circuits_outlive_a_version_of_the_graph() -> None:
    """A graph that is replaced each minute must not call a dead subgraph again each time."""
    known = KnownGuards(WaitingRequests(Admission(10)), id)
    federation, chosen = shop(), GatewaySettings()
    feature = Resilience()
    feature.known = known

    def guards(settings: GatewaySettings) -> Guards:
        version = Version(federation.supergraph, settings, {}, set(federation.supergraph.subgraphs))
        (found,) = feature.of(version).calls
        assert isinstance(found, Guards)
        return found

    first = guards(chosen)
    second = guards(GatewaySettings(cost={"limit": 5}))
    assert all(first.by_subgraph[name] is second.by_subgraph[name] for name in first.by_subgraph)
    changed = guards(GatewaySettings(resilience={"subgraph_calls": 5}))
    assert changed.by_subgraph["accounts"] is not first.by_subgraph["accounts"]
    assert known.newest()["accounts"] is changed.by_subgraph["accounts"]
    del changed
    gc.collect()
    assert known.newest()["accounts"] is first.by_subgraph["accounts"]
