"""Extensions are called at each stage of the pipeline, and may refuse a request before it is executed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway import Extension, Hooks, create_gateway
from gateway.extensions import load_extensions
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph
from tests.gateway.extensions import audited
from tests.gateway.extensions.audited import Audit
from tests.gateway.world import Federation
from tests.gateway.worlds import shop

QUERY = "query Top { topProducts(first: 2) { name inStock } }"
NAME = "tests.gateway.extensions.audited"


@asynccontextmanager
async def gateway(federation: Federation, *extensions: Extension, **settings: Any) -> AsyncIterator[Any]:
    """A client of a gateway with extensions, while it runs."""
    app = create_gateway(
        federation.sdl, federation.transports(), GatewaySettings(**settings), extensions=extensions
    )
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
    assert [each["extensions"] for each in answers] == [{"audit": "default"}] * 2
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


async def test_hooks_of_several_extensions_are_called_in_their_order() -> None:
    """Those that the settings name come first; the first wraps the calls of the others."""
    audited.extension = Audit()
    notes = audited.extension.notes
    async with gateway(shop(), Audit(notes, metric="other"), extensions=(f"{NAME}:extension",)) as client:
        await ask(client)
        assert notes.count("call: query products") == 2
        assert notes[2:4] == ["request: one", "request: one"]


async def test_an_extension_runs_beside_requests() -> None:
    """From the start of the gateway until its end."""
    audit = Audit()
    async with gateway(shop(), audit):
        await audit.running.wait()
        assert "stopped" not in audit.notes
    assert audit.notes[-2:] == ["stopped", "closed"]


def test_an_extension_that_cannot_serve_a_graph_refuses_it() -> None:
    """The gateway does not start, and says why."""

    class Picky(Extension):
        def hooks(self, supergraph: Supergraph) -> Hooks:
            raise ValueError(f"{len(supergraph.subgraphs)} subgraphs are too many")

    with pytest.raises(ValueError, match="4 subgraphs are too many"):
        create_gateway(shop().sdl, shop().transports(), GatewaySettings(), extensions=[Picky()])


def test_extensions_are_imported_by_their_names() -> None:
    """An instance, or a class that is called."""
    assert load_extensions([f"{NAME}:extension"]) == (audited.extension,)
    assert isinstance(load_extensions([f"{NAME}:Audit"])[0], Audit)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("audited", "MODULE:NAME"),
        ("no_such_module:extension", "cannot be imported: No module named"),
        (f"{NAME}:none", "cannot be imported: module .* has no attribute 'none'"),
        (f"{NAME}:NOT_ONE", "is not a gateway.extensions.Extension"),
    ],
)
def test_a_name_that_stands_for_no_extension_is_refused(name: str, said: str) -> None:
    """In words that say what is wrong."""
    with pytest.raises(ValueError, match=said):
        create_gateway(shop().sdl, shop().transports(), GatewaySettings(extensions=(name,)))
