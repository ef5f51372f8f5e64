"""A gateway behind its server, over a shop of which a subgraph may be held."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from gateway.features.incremental.feature import IncrementalMetrics
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.world import Federation
from tests.gateway.worlds import shop

PATIENCE_SECONDS = 180.0
MULTIPART = {"accept": "multipart/mixed;incrementalSpec=v0.2, application/json"}
EVENTS = {"accept": "text/event-stream"}


@dataclass
class Held:
    """A subgraph that answers only once a test lets it.

    Attributes:
        released: Set by the test.
        asked: How many of its calls are waiting.
        cancelled: How many of its calls were cancelled.
    """

    released: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0
    cancelled: int = 0

    async def wait(self) -> None:
        """Wait for the test."""
        self.asked += 1
        try:
            await self.released.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.asked -= 1


@dataclass
class Served:
    """A gateway that is being served.

    Attributes:
        app: The application.
        port: Where it listens.
        federation: Its subgraphs.
        held: The subgraph `reviews`.
        client: A client of the gateway.
    """

    app: Any
    port: int
    federation: Federation
    held: Held
    client: httpx.AsyncClient

    @asynccontextmanager
    async def parts(self, query: str, headers: dict[str, str], **more: Any) -> AsyncIterator[Parts]:
        """Send a query, and read the parts of its response."""
        body = {"query": query, **more}
        async with self.client.stream("POST", "/graphql", json=body, headers=headers) as response:
            yield Parts(response, response.aiter_text())

    async def all_parts(
        self, query: str, headers: dict[str, str] | None = None, **more: Any
    ) -> list[dict[str, Any]]:
        """All parts of the response to a query."""
        async with self.parts(query, headers or MULTIPART, **more) as parts:
            return [part async for part in parts]

    @property
    def metrics(self) -> IncrementalMetrics:
        """The counts of responses in parts."""
        found: IncrementalMetrics = self.app._graph.current.live.pipeline.incremental.metrics
        return found

    @property
    def inside(self) -> int:
        """How many requests are being executed."""
        return int(self.app._graph.admission.inside)


@dataclass
class Parts:
    """The parts of a response, as they arrive.

    Attributes:
        response: The HTTP response.
        chunks: Its body.
    """

    response: httpx.Response
    chunks: AsyncIterator[str]
    _text: str = ""

    def __aiter__(self) -> Parts:
        return self

    async def __anext__(self) -> dict[str, Any]:
        """The next part."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for line in self._lines():
                    found: dict[str, Any] = json.loads(line)
                    return found
                self._text += await anext(self.chunks)

    def _lines(self) -> list[str]:
        """The next line of JSON, if all of it has arrived."""
        while "\n" in self._text:
            line, self._text = self._text.split("\n", 1)
            line = line.strip().removeprefix("data: ")
            if line.startswith("{"):
                return [line]
        return []


@asynccontextmanager
async def served(**settings: Any) -> AsyncIterator[Served]:
    """Serve a gateway; `reviews` waits for the test if it is set to hold."""
    federation, held = shop(), Held()
    held.released.set()

    async def reviews(request: SubgraphRequest) -> Any:
        federation.asked.append(("reviews", request))
        await held.wait()
        if "reviews" in federation.broken:
            return federation.broken["reviews"](request)
        return federation.subgraph_answer("reviews", request)

    transports = {**federation.transports(), "reviews": asking(reviews)}
    app = create_gateway(federation.sdl, transports, GatewaySettings(**settings))
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        async with (
            serving(app, listener),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as client,
        ):
            yield Served(app, port, federation, held, client)


async def until(holds: Any) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110 - what holds is no event
            await asyncio.sleep(0.005)
