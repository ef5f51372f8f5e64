"""The gateway's routes: GraphQL first, then the routes for operators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

from msgspec import Struct, field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from foundation.security_headers import EVERY_RESPONSE, encoded
from foundation.static_files import BuiltFiles
from gateway.http.client import EXTENSION
from gateway.http.draining import Draining
from gateway.http.graph_versions import PATH, ServedGraph
from gateway.http.live import LiveConnections
from gateway.http.websocket import WebSocketEndpoint
from gateway.monitoring.metrics import Metrics

IsReady: TypeAlias = Callable[[], Awaitable[bool]]
"""Returns whether the services behind the gateway can serve."""

Remark: TypeAlias = Callable[[], str]
"""Returns a line for operators about the services behind the gateway; empty if there is none."""

METHODS: Final = ("GET", "POST", "OPTIONS")
"""The methods of that path; OPTIONS is for preflights, which are refused unless origins are configured."""

_EVERY_RESPONSE: Final = encoded(EVERY_RESPONSE)


class Gateway(Starlette):
    """A Starlette application that handles GraphQL before the framework does.

    The framework's routing would take longer than the response. The framework's middleware does not see
    GraphQL requests.

    Attributes:
        fast_path: For our own server; without this attribute every request goes through ASGI.
        draining: Whether the server is about to stop; set by our own server.
        live: All WebSockets and streams, which our own server ends when it stops; None if there are none.
        websockets: Opens WebSockets at our own server; None if there are none.
        operators: The routes for operators, if they are served.
    """

    def __init__(self, graph: ServedGraph, **options: Any) -> None:
        super().__init__(**options)
        self._graph = graph
        self.draining = Draining()
        self.live: LiveConnections | None = None
        self.websockets: WebSocketEndpoint | None = None
        self.fast_path: ServedGraph | None = graph
        # For other methods, and for an application that is mounted under a path.
        route = Route(PATH, graph, methods=METHODS)
        route.methods = set(METHODS)
        self.router.routes.append(route)
        self.operators: OperatorRoutes | None = None

    @property
    def graph(self) -> ServedGraph:
        """The versions of the graph."""
        return self._graph

    def serve_operators(self, routes: OperatorRoutes, graphiql: Path | None) -> None:
        """Add the routes for operators, and GraphiQL's files if there are any."""
        self.operators = routes
        self.add_route("/health", routes.health)
        self.add_route("/ready", routes.ready)
        self.add_route("/metrics", routes.metrics)
        if graphiql is not None:
            self.mount("/graphiql", BuiltFiles(graphiql), name="graphiql")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] == "http" and EXTENSION not in scope.get("extensions", ()):
            send = _securing(send)  # our own server adds these headers itself
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] in METHODS:
            await self._graph(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _securing(send: Send) -> Send:
    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_EVERY_RESPONSE]}
        await send(message)

    return secured


class OperatorRoutes(Struct, frozen=True):
    """The routes for operators.

    Attributes:
        registry: The gateway's metrics.
        check: The readiness check, if there is one.
        remark: Returns a line to add to each response, if set.
        draining: Whether the server is about to stop.
    """

    registry: Metrics
    check: IsReady | None
    remark: Remark | None = None
    draining: Draining = field(default_factory=Draining)

    async def health(self, _request: Request) -> Response:
        """Report that the process is alive."""
        return PlainTextResponse(self._remarked("ok"))

    async def ready(self, _request: Request) -> Response:
        """Return whether requests can be served; an application always has a supergraph."""
        if self.draining.has_begun:
            return PlainTextResponse(self._remarked("draining"), status_code=503)
        if not await self.is_ready():
            return PlainTextResponse(self._remarked("not ready"), status_code=503)
        return PlainTextResponse(self._remarked("ready"))

    async def is_ready(self) -> bool:
        """Return whether requests can be served."""
        return not self.draining.has_begun and (self.check is None or await self.check())

    async def metrics(self, _request: Request) -> Response:
        """Return all metrics in Prometheus' text format."""
        return Response(self.registry.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    def _remarked(self, state: str) -> str:
        remark = self.remark() if self.remark is not None else ""
        return f"{state}\n{remark}\n" if remark else f"{state}\n"
