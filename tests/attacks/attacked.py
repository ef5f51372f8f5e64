"""A gateway in this process that is attacked, and what each attack costs in counted calls."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import orjson

from gateway import GatewaySettings, create_gateway
from gateway.supergraph import Supergraph
from tests.support.gateway.made_up_subgraphs import MadeUpSubgraphs

ROOT: Final = Path(__file__).resolve().parents[2]
CLUB: Final = (ROOT / "schema.graphql").read_text()
BETSLIP: Final = (ROOT / "contracts" / "betslip.graphql").read_text()

SUBGRAPH: Final = re.compile(r'@join__graph\(name: "(\w+)"')
UNIT: Final[list[int]] = []
"""What a bet-slip costs, once it is measured."""
WATCHES: Final = ContextVar("watches", default=False)
"""Whether a task only watches: what it calls is not counted."""


@dataclass(slots=True)
class _Counter:
    """Counts the calls of functions in all threads that were started while it is set up."""

    count: int = 0
    is_counting: bool = False

    def observe(self, _frame: object, event: str, _argument: object) -> None:
        if self.is_counting and event in {"call", "c_call"} and not WATCHES.get():
            self.count += 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a request.

    Attributes:
        status: The HTTP status.
        code: The code of the first error; None if there is none.
        calls: The calls of functions that it took, in the event loop and in the planning thread.
        size: The bytes of the response.
        healths: How often `/health` answered meanwhile.
    """

    status: int
    code: str | None
    calls: int
    size: int
    healths: int


@dataclass(slots=True)
class Attacked:
    """A gateway with made-up subgraphs.

    Attributes:
        supergraph: What it serves.
        app: The application.
    """

    supergraph: Supergraph
    app: Any
    _counter: _Counter = field(default_factory=_Counter)

    async def query(self, query: str, variables: Mapping[str, Any] | None = None) -> Outcome:
        """Send a document."""
        return await self.body(orjson.dumps({"query": query, "variables": dict(variables or {})}))

    async def body(self, body: bytes, headers: Mapping[str, str] | None = None) -> Outcome:
        """Send the body of a request, ask for `/health` until there is a response, and count calls."""
        sent = {"content-type": "application/json", **(headers or {})}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            await client.get("/health")  # the routes are built by the first request
            watching = asyncio.create_task(_healths(client))
            await asyncio.sleep(0)  # let it begin
            before = sys.getprofile()
            threading.setprofile(self._counter.observe)
            await self.app._graph.current.planning.in_background(int)  # what earlier requests left to it
            sys.setprofile(self._counter.observe)
            self._counter.count, self._counter.is_counting = 0, True
            try:
                response = await client.post("/graphql", content=body, headers=sent)
            finally:
                self._counter.is_counting = False
                sys.setprofile(before)
                threading.setprofile(None)
                watching.cancel()
            healths = (await asyncio.gather(watching, return_exceptions=True))[0]
        assert isinstance(healths, int), healths
        return Outcome(
            response.status_code,
            first_code(response.content),
            self._counter.count,
            len(response.content),
            healths,
        )

    async def unit(self) -> int:
        """Return what attacks are compared with: a bet-slip at the club's graph, measured once a process."""
        if not UNIT:
            UNIT.append(await attacked(CLUB)._betslip())
        return UNIT[0]

    async def _betslip(self) -> int:
        """Return the calls that a new document takes that is as ordinary as the bet-slip."""
        costs = []
        for number in range(2):
            text = BETSLIP.replace("query Betslip", f"query Betslip{number}")
            outcome = await self.query(text, {"brand": "b"})
            assert (outcome.status, outcome.code) == (200, None)
            costs.append(outcome.calls)
        return min(costs)


async def _healths(client: httpx.AsyncClient) -> int:
    WATCHES.set(True)
    answered = 0
    try:
        while True:
            response = await client.get("/health")
            assert response.status_code == 200
            answered += 1
            await asyncio.sleep(0.005)
    except asyncio.CancelledError:
        return answered


def first_code(content: bytes) -> str | None:
    """Return the code of the first error in the body of a response, or None."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    errors = body.get("errors") if isinstance(body, dict) else None
    return errors[0].get("extensions", {}).get("code") if errors else None


def attacked(sdl: str, *, items: int = 1, **settings: Any) -> Attacked:
    """Return a gateway with the default limits, over subgraphs whose lists have some items."""
    subgraphs = MadeUpSubgraphs(items)
    transports = {name: subgraphs.transport() for name in SUBGRAPH.findall(sdl)}
    app = create_gateway(sdl, transports, GatewaySettings(**settings))
    supergraph = app._graph.current.executor.preparer.supergraph
    subgraphs.schema = supergraph.schema
    return Attacked(supergraph, app)
