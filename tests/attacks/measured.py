"""What a request costs a gateway in this process: by counts, or by time in bet-slips that it knows.

Counts are the same on each machine. Processor time includes what is done in C; a machine that is slower, or
busy, takes longer for both, so the least of several ratios counts.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from bench.counts.budgets import FILE, Budgets
from bench.counts.counting import Counting
from gateway import GatewaySettings, create_gateway
from gateway.supergraph import Supergraph
from gateway.transport import MemoryTransport, SubgraphOperation
from tests.attacks.attacked import BETSLIP, SUBGRAPH, first_code
from tests.support.gateway.made_up_subgraphs import MadeUpSubgraphs
from tools.runner.coverage.recording import VARIABLE

BETSLIP_BODY: Final = orjson.dumps({"query": BETSLIP, "variables": {"brand": "northbet"}})
COUNTED: Final = ("opcodes", "c_calls")
KNOWN: Final = 50
"""How many known bet-slips are measured together."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of a gateway.

    Attributes:
        status: The HTTP status.
        code: The code of the first error; None if there is none, or the reply is in parts.
        content: The body.
    """

    status: int
    code: str | None
    content: bytes


@dataclass(slots=True)
class _Rehearsed(MadeUpSubgraphs):
    """Subgraphs that answer for next to nothing what they were asked before."""

    _operations: dict[str, SubgraphOperation] = field(default_factory=dict)
    _answers: dict[tuple[str, bytes], bytes] = field(default_factory=dict)

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        known = self._operations.get(document)
        if known is None:
            known = self._operations[document] = self._remembering(
                document, MadeUpSubgraphs.prepare(self, document, operation_name)
            )
        return known

    def _remembering(self, document: str, answer: SubgraphOperation) -> SubgraphOperation:
        async def call(variables: Mapping[str, Any], headers: Mapping[str, str], session: object) -> Any:
            key = (document, orjson.dumps(variables))
            if key not in self._answers:
                self._answers[key] = orjson.dumps(await answer(variables, headers, session))
            return orjson.loads(self._answers[key])

        return call


@dataclass(slots=True)
class Measured:
    """A gateway whose processor time is measured, and a twin by which its subgraphs get to know each request.

    Attributes:
        supergraph: What it serves.
    """

    supergraph: Supergraph
    _app: Any
    _twin: Any
    _sent: int = 0

    async def count(
        self, body_of: Callable[[str], bytes], *, request: int = 1
    ) -> tuple[dict[str, int], Reply]:
        """Return what a request takes whose document is new, by measure, and the reply.

        It is counted in the event loop and in the planning thread.

        Args:
            body_of: Returns the request's body for a name of its operation.
            request: Which of its requests is counted; later ones pay for what is done when it is used again.
        """
        self._sent += 1
        body = body_of(f"Operation{self._sent}")
        for _ in range(request):
            await post(self._twin, body)
        for _ in range(request - 1):
            await post(self._app, body)
        await self._settled()
        planning = self._app._graph.current.planning
        in_loop, in_thread = Counting(), Counting()
        await planning.in_background(in_thread.__enter__)
        with in_loop:
            reply = await post(self._app, body)
        await planning.in_background(in_thread.__exit__)  # after what the request has left to the thread
        return {name: in_loop.totals[name] + in_thread.totals[name] for name in COUNTED}, reply

    async def cost(
        self, body_of: Callable[[str], bytes], *, request: int = 1, times: int = 3
    ) -> tuple[float, Reply]:
        """Return how many known bet-slips a request costs whose document is new, and the reply.

        Args:
            body_of: Returns the request's body for a name of its operation.
            request: Which of its requests is measured; later ones pay for what is done when it is used again.
            times: How often it is measured, each time under another name.
        """
        least, reply = float("inf"), Reply(0, None, b"")
        for _ in range(times):
            self._sent += 1
            body = body_of(f"Operation{self._sent}")
            for _ in range(request):
                await post(self._twin, body)
            known = await self._known()
            for _ in range(request - 1):
                await post(self._app, body)
            taken, reply = await self._time(body)
            least = min(least, taken / known)
        return least, reply

    async def _known(self) -> float:
        """Return the seconds that a known bet-slip takes at present."""
        for _ in range(3):
            await post(self._app, BETSLIP_BODY)
            await self._settled()
        begun = time.process_time()
        for _ in range(KNOWN):
            await post(self._app, BETSLIP_BODY)
        return (time.process_time() - begun) / KNOWN

    async def _time(self, body: bytes) -> tuple[float, Reply]:
        begun = time.process_time()
        reply = await post(self._app, body)
        await self._settled()
        return time.process_time() - begun, reply

    async def _settled(self) -> None:
        """Wait for what earlier requests left to the planning threads."""
        for app in (self._app, self._twin):
            await app._graph.current.planning.in_background(int)


def measured(sdl: str, **settings: Any) -> Measured:
    """Return a gateway with its twin, over subgraphs whose lists have one item."""
    subgraphs = _Rehearsed()
    transports = {name: MemoryTransport(subgraphs.prepare) for name in SUBGRAPH.findall(sdl)}
    app, twin = (create_gateway(sdl, transports, GatewaySettings(**settings)) for _ in range(2))
    supergraph = app._graph.current.executor.preparer.supergraph
    subgraphs.schema = supergraph.schema
    return Measured(supergraph, app, twin)


def over(kind: str, counted: Mapping[str, int]) -> dict[str, int]:
    """Return the counts that are over what `bench/budgets.toml` allows a kind of request.

    Each version of Python has instructions of its own, so only the one of the budgets compares these; and so
    do runs that are not measured, whose modules have no marks: the check `documents` is one.
    """
    budgets = Budgets.read(FILE.read_text(encoding="utf-8"))
    most = dict(budgets.most[kind])
    is_marked = VARIABLE in os.environ
    if is_marked or budgets.python != f"{sys.version_info.major}.{sys.version_info.minor}":
        del most["opcodes"]
    return {name: counted[name] for name in most if counted[name] > most[name]}


async def post(app: Any, body: bytes) -> Reply:
    """Send a request to an application, without the work of an HTTP client."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [
            (b"host", b"gateway"),
            (b"content-type", b"application/json"),
            (b"accept", b"multipart/mixed, application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("gateway", 80),
    }
    left = [body]
    sent: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(), "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    content = b"".join(each.get("body", b"") for each in sent)
    return Reply(sent[0]["status"], first_code(content), content)
