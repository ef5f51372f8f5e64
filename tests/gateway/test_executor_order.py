"""When fetches run: each as soon as it can, and none for longer than somebody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
from structlog.testing import capture_logs

from gateway import create_gateway
from gateway.errors import SubgraphUnreachable
from gateway.executor import Context, FetchedData
from gateway.pipeline.operation_executor import ExecutionMode, executable
from gateway.settings import GatewaySettings
from gateway.transport import MemoryTransport
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.world import Federation
from tests.gateway.worlds import atlas, shop

PATIENCE = 30
"""Seconds until a condition that never comes true fails a test."""


@dataclass
class Gated:
    """A federation where some subgraphs answer only when they are let.

    Attributes:
        federation: Behind the gates.
        way: How plans are executed.
        gates: Closed ones, by subgraph.
        started: Who was asked, in order.
        finished: Who has answered, in order.
        given_up: Whose answer was not waited for.
    """

    federation: Federation
    way: ExecutionMode
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def transports(self) -> dict[str, MemoryTransport]:
        """One for each subgraph."""
        return {name: asking(self._asking(name)) for name in self.federation.sources}

    def _asking(self, name: str) -> Callable[[SubgraphRequest], Any]:
        async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
            await self._note(self.started, name)
            try:
                if name in self.gates:
                    await self.gates[name].wait()
            except asyncio.CancelledError:
                await self._note(self.given_up, name)
                raise
            answer = self.federation.subgraph_answer(name, request)
            await self._note(self.finished, name)
            return answer

        return ask

    async def _note(self, into: list[str], name: str) -> None:
        async with self._changed:
            into.append(name)
            self._changed.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to have been asked or answered."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(condition)

    async def run(self, query: str) -> FetchedData:
        """Run a query's plan."""
        ready = executable(self.federation.plan(query), self.transports(), self.way)
        return await ready.execution.fetch(Context(ready.calls))


async def test_a_slow_subgraph_delays_only_what_needs_it(way: ExecutionMode) -> None:
    """While reviews are awaited, products get all that they can have without them."""
    gated = Gated(shop(), way, {"reviews": asyncio.Event()})
    running = asyncio.create_task(gated.run("{ me { reviews { body } } topProducts { name inStock } }"))
    await gated.until(lambda: "inventory" in gated.finished)
    assert "reviews" not in gated.finished
    gated.gates["reviews"].set()
    fetched = await running
    assert not list(fetched.failures)
    assert fetched.data["me"]["reviews"]


async def test_a_call_is_made_as_soon_as_its_own_inputs_are_there(way: ExecutionMode) -> None:
    """Not when the whole level before it is finished."""
    gated = Gated(shop(), way, {"accounts": asyncio.Event()})
    query = "{ topProducts { shippingEstimate } me { name } }"
    running = asyncio.create_task(gated.run(query))
    await gated.until(lambda: "inventory" in gated.finished)
    assert "accounts" not in gated.finished
    gated.gates["accounts"].set()
    await running


async def test_independent_roots_are_asked_together(way: ExecutionMode) -> None:
    """Neither waits for the other."""
    gated = Gated(shop(), way, {"accounts": asyncio.Event(), "products": asyncio.Event()})
    running = asyncio.create_task(gated.run("{ me { name } topProducts { name } }"))
    await gated.until(lambda: {"accounts", "products"} <= set(gated.started))
    for gate in gated.gates.values():
        gate.set()
    await running


async def test_cancelling_a_run_gives_up_all_fetches(way: ExecutionMode) -> None:
    """Nothing continues without a waiter, and no further fetch starts."""
    gated = Gated(shop(), way, {"accounts": asyncio.Event(), "products": asyncio.Event()})
    running = asyncio.create_task(gated.run("{ me { reviews { body } } topProducts { inStock } }"))
    await gated.until(lambda: len(gated.started) == 2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(gated.given_up) == ["accounts", "products"]
    assert sorted(gated.started) == ["accounts", "products"]


async def leave(gated: Gated, query: str, *, then: Callable[[], None] | None = None) -> int:
    """Ask the gateway, go away once a subgraph was asked, and return the status of the answer."""
    app = create_gateway(gated.federation.sdl, gated.transports(), GatewaySettings(execution=gated.way))
    body = orjson.dumps({"query": query})
    gone, status = asyncio.Event(), 0
    messages: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("gateway.test", 80),
        "client": ("client.test", 1),
        "root_path": "",
    }
    serving = asyncio.create_task(app(scope, receive, send))
    await gated.until(lambda: bool(gated.started))
    gone.set()
    if then is not None:
        then()
    async with asyncio.timeout(PATIENCE):
        await serving
    return status


async def test_a_query_whose_client_has_gone_is_given_up(way: ExecutionMode) -> None:
    """The subgraph is not waited for, and what would have followed is not asked."""
    gated = Gated(shop(), way, {"accounts": asyncio.Event()})
    assert await leave(gated, "{ me { reviews { body } } }") == 499
    assert gated.given_up == ["accounts"]
    assert gated.started == ["accounts"]


async def test_a_mutation_is_carried_out_whoever_waits(way: ExecutionMode) -> None:
    """Half a mutation would be worse than an answer that nobody reads."""
    gated = Gated(atlas(), way, {"a": asyncio.Event()})
    mutation = 'mutation { rename(code: "p", name: "x") { item { weight } } }'
    assert await leave(gated, mutation, then=gated.gates["a"].set) == 200
    assert gated.finished == ["a", "b"]


async def test_an_answered_query_leaves_no_task_behind(way: ExecutionMode) -> None:
    """Nothing listens for a client that has its answer."""
    federation = shop()
    app = create_gateway(federation.sdl, federation.transports(), GatewaySettings(execution=way))
    before = asyncio.all_tasks()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway.test"
    ) as client:
        answer = await client.post("/graphql", json={"query": "{ me { name } topProducts { inStock } }"})
    assert "errors" not in answer.json()
    assert asyncio.all_tasks() == before


async def test_why_a_subgraph_could_not_be_reached_is_logged_and_not_told() -> None:
    """Operators see the reason; clients see that it was so."""
    federation = shop()

    def refuse(_request: SubgraphRequest) -> Any:
        raise SubgraphUnreachable("ConnectError: db-7.internal refused")

    federation.broken["accounts"] = refuse
    with capture_logs() as logs:
        answer = await federation.gateway("{ me { name } }")
    assert logs == [
        {
            "event": "subgraph_unreachable",
            "log_level": "warning",
            "service": "accounts",
            "reason": "ConnectError: db-7.internal refused",
        }
    ]
    assert "internal" not in str(answer)
