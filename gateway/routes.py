"""The gateway's routes: GraphQL before everything else, then what operators look at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.door import Door
from gateway.endpoint import Endpoint
from gateway.metrics import Metrics

Ready: TypeAlias = Callable[[], Awaitable[bool]]
"""Says whether what stands behind the gateway can serve."""

Remark: TypeAlias = Callable[[], str]
"""What else operators are told of whatever stands behind the gateway; empty for nothing."""

PATH: Final = "/graphql"


class Gateway(FastAPI):
    """A FastAPI application that hands GraphQL on before the framework looks at it.

    The framework would take longer than the answer. Middleware added to it does not see GraphQL requests.

    Attributes:
        door: For servers that ask before they make anything of a request.
    """

    def __init__(self, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(title="Furlong gateway", openapi_url=None, docs_url=None, redoc_url=None, **options)
        self._endpoint = endpoint
        self.door = Door(b"POST", PATH.encode(), endpoint.admission, endpoint.answer)
        # For other methods, and where the application is mounted under a path.
        route = Route(PATH, endpoint, methods=["GET", "POST"])
        route.methods = {"GET", "POST"}
        self.router.routes.append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] in ("POST", "GET"):
            await self._endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


@dataclass(frozen=True, slots=True)
class OperatorRoutes:
    """The routes for those who run the gateway.

    Attributes:
        registry: What is counted.
        check: Asked for readiness, if given.
        remark: Told with each answer, if given.
    """

    registry: Metrics
    check: Ready | None
    remark: Remark | None = None

    async def health(self) -> Response:
        """Whether the process lives."""
        return PlainTextResponse(self._remarked("ok"))

    async def ready(self) -> Response:
        """Whether requests can be served: without a supergraph there is no application at all."""
        if self.check is not None and not await self.check():
            return PlainTextResponse(self._remarked("not ready"), status_code=503)
        return PlainTextResponse(self._remarked("ready"))

    async def metrics(self) -> Response:
        """What was counted, in Prometheus' text format."""
        return Response(self.registry.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    def _remarked(self, state: str) -> str:
        remark = self.remark() if self.remark is not None else ""
        return f"{state}\n{remark}\n" if remark else f"{state}\n"
