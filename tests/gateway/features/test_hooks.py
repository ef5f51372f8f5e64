"""Features are called at each stage of the pipeline, and may refuse a request before it is executed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway import GatewaySettings, create_gateway
from gateway.feature import Version, VersionParts
from tests.gateway.features.audited import Audit, named
from tests.gateway.world import Federation
from tests.gateway.worlds import shop

QUERY = "query Top { topProducts(first: 2) { name inStock } }"


@asynccontextmanager
async def gateway(federation: Federation, *audits: Audit) -> AsyncIterator[Any]:
    """A client of a gateway with audits, while it runs."""
    app = create_gateway(federation.sdl, federation.transports(), GatewaySettings(features=named(*audits)))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client,
    ):
        yield client


async def ask(client: httpx.AsyncClient) -> httpx.Response:
    """The response to the query."""
    headers = {"x-case": "one", "accept": "application/graphql-response+json"}
    return await client.post("/graphql", json={"query": QUERY}, headers=headers)


async def test_each_stage_calls_its_hook_in_the_order_of_a_request() -> None:
    """For the first request with a document, and for one whose body is known."""
    audit = Audit()
    async with gateway(shop(), audit) as client:
        answers = [(await ask(client)).json() for _ in range(2)]
        metrics = (await client.get("/metrics")).text
    once = [
        "request: one",
        "policy: Top",
        "plan: products inventory",
        "call: query products",
        "call: query inventory",
        "response: topProducts",
    ]
    assert audit.notes == ["hooks for 4 subgraphs", *once, *once, "stopped", "closed"]
    assert [answer["extensions"] for answer in answers] == [{"audit": "default"}] * 2
    assert answers[0]["data"]["topProducts"][0] == {"name": "Product 1", "inStock": False}
    assert "audited_total 12.0" in metrics


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("stage", ["request", "policy", "plan"])
async def test_a_request_is_refused_before_anything_is_fetched(stage: str, waits: bool) -> None:  # noqa: FBT001
    """With the code and the status of the refusal, and nothing later is called."""
    audit, federation = Audit(refuses_at=stage, waits=waits), shop()
    async with gateway(federation, audit) as client:
        response = await ask(client)
        assert audit.notes[-1].startswith(f"{stage}: ")
    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"]["code"] == "AUDITED"
    assert not federation.asked


async def test_hooks_of_several_features_are_called_in_their_order() -> None:
    """That of the settings; the first wraps the calls of the others."""
    first = Audit()
    notes = first.notes
    async with gateway(shop(), first, Audit(notes, metric="other")) as client:
        await ask(client)
        assert notes.count("call: query products") == 2
        assert notes[2:4] == ["request: one", "request: one"]


async def test_a_feature_runs_beside_requests() -> None:
    """From the start of the gateway until its end."""
    audit = Audit()
    async with gateway(shop(), audit):
        await audit.running.wait()
        assert "stopped" not in audit.notes
    assert audit.notes[-2:] == ["stopped", "closed"]


def test_a_feature_that_cannot_serve_a_graph_refuses_it() -> None:
    """The gateway does not start, and says why."""

    class Picky(Audit):
        def of(self, version: Version) -> VersionParts:
            raise ValueError(f"{len(version.supergraph.subgraphs)} subgraphs are too many")

    with pytest.raises(ValueError, match="4 subgraphs are too many"):
        create_gateway(shop().sdl, shop().transports(), GatewaySettings(features=named(Picky())))


def test_an_entry_that_leads_to_no_feature_is_refused() -> None:
    """In words that say what is wrong."""
    settings = GatewaySettings(features=("tests.gateway.features.audited:NOT_ONE",))
    with pytest.raises(ValueError, match=r"builtins:object is not a gateway\.feature\.Feature"):
        create_gateway(shop().sdl, shop().transports(), settings)
