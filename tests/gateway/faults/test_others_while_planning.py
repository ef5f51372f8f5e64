"""G31: a large new document is planned while others ask; they are answered meanwhile.

The long form has 150 subgraphs, and compares the times of the others with the usual ones.
"""

from __future__ import annotations

import asyncio
import sys
from time import perf_counter

import httpx

from gateway import GatewaySettings, create_gateway
from tests.federation_kit.generous_limits import GENEROUS
from tests.support.gateway.foreign_supergraph import foreign_supergraph
from tests.support.gateway.made_up_subgraphs import MadeUpSubgraphs
from tests.support.long_form import LONG_FORM

SUBGRAPHS, FIELDS = 150 if LONG_FORM else 60, 300
SMALL = "{ own0(first: 1) { id title } }"


def large_query() -> str:
    """Three hundred fields of one product, which all subgraphs have a part in."""
    fields = [f"f{number % SUBGRAPHS}x{number // SUBGRAPHS}" for number in range(FIELDS)]
    return f'{{ product(id: "1") {{ {" ".join(fields)} }} }}'


async def test_others_are_answered_while_a_large_document_is_planned() -> None:
    """None of them waits for the plan: each is asked after the answer to the one before."""
    sdl, subgraphs = foreign_supergraph(SUBGRAPHS), MadeUpSubgraphs()
    transports = {f"s{number}": subgraphs.transport() for number in range(SUBGRAPHS)}
    settings = GatewaySettings(**GENEROUS, cost={"mode": "off"})
    app = create_gateway(sdl, transports, settings)
    subgraphs.schema = app._graph.current.executor.preparer.supergraph.schema
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
    ):

        async def ask(query: str) -> None:
            response = await client.post("/graphql", json={"query": query}, timeout=600)
            assert "errors" not in response.json(), response.text[:400]

        async def timed() -> float:
            began = perf_counter()
            await ask(SMALL)
            return perf_counter() - began

        await ask(SMALL)
        usual = [await timed() for _ in range(200 if LONG_FORM else 1)]
        planning = asyncio.create_task(ask(large_query()))
        meanwhile = []
        while not planning.done():
            meanwhile.append(await timed())
        await planning
    sys.stdout.write(f"p99 {p99(usual):.4f} s, meanwhile {p99(meanwhile):.4f} s of {len(meanwhile)}\n")
    assert len(meanwhile) >= 20
    if LONG_FORM:
        assert p99(meanwhile) < max(0.05, 2 * p99(usual))


def p99(seconds: list[float]) -> float:
    """The 99th percentile."""
    return sorted(seconds)[len(seconds) * 99 // 100]
