"""The gateway's routes: GraphQL for clients, and what operators look at."""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from gateway.answer import Answering
from gateway.errors import RequestError
from gateway.listening import ClientGone, while_listening
from gateway.metrics import Metrics
from gateway.request import (
    GRAPHQL_JSON,
    HTML,
    JSON,
    GraphQLAnswer,
    GraphQLRequest,
    preferred,
    read_get,
    read_post,
    refused,
    respond,
)
from gateway.settings import GatewaySettings

Authenticate: TypeAlias = Callable[[Mapping[str, str]], Awaitable[None]]
"""Looks at a request's headers; raises `Unauthenticated` to refuse it."""

Ready: TypeAlias = Callable[[], Awaitable[bool]]
"""Says whether what stands behind the gateway can serve."""

CLIENT_GONE = 499
"""For whoever still looks: nginx's status for a request that its client gave up."""

NO_GRAPHIQL = "This is a GraphQL endpoint: POST a document here. GraphiQL is not installed.\n"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The route for clients.

    Attributes:
        answering: Answers requests.
        settings: Limits, forwarded headers, the folder of GraphiQL.
        metrics: Counts.
        authenticate: Asked first, if given.
    """

    answering: Answering
    settings: GatewaySettings
    metrics: Metrics
    authenticate: Authenticate | None

    async def post(self, request: Request) -> Response:
        """Answer a POST."""

        async def read() -> GraphQLRequest:
            return await read_post(request, self.settings.body_bytes)

        return await self._serve(request, read)

    async def get(self, request: Request) -> Response:
        """Answer a query by GET, or show GraphiQL to a browser."""
        accept = request.headers.get("accept")
        if preferred(accept, (JSON, GRAPHQL_JSON, HTML)) == HTML:
            return self._graphiql()

        async def read() -> GraphQLRequest:
            return read_get(request)

        return await self._serve(request, read)

    def _graphiql(self) -> Response:
        folder: Path | None = self.settings.graphiql_dir
        if folder is None or not (folder / "index.html").is_file():
            return PlainTextResponse(NO_GRAPHIQL)
        return HTMLResponse((folder / "index.html").read_bytes())

    async def _serve(self, request: Request, read: Callable[[], Awaitable[GraphQLRequest]]) -> Response:
        media_type = preferred(request.headers.get("accept"), (JSON, GRAPHQL_JSON))
        if media_type is None:
            return PlainTextResponse(f"Only {JSON} and {GRAPHQL_JSON} can be answered.\n", status_code=406)
        started = time.perf_counter()
        try:
            answer = await self._answer(request, read)
            response, outcome = respond(answer, media_type), answer.outcome()
        except ClientGone:
            response, outcome = Response(status_code=CLIENT_GONE), "gone"
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            response, outcome = respond(_masked(error), media_type), "fault"
        self.metrics.request(outcome, time.perf_counter() - started)
        return response

    async def _answer(self, request: Request, read: Callable[[], Awaitable[GraphQLRequest]]) -> GraphQLAnswer:
        try:
            asked = await read()
            if self.authenticate is not None:
                await self.authenticate(request.headers)
            # A mutation is carried out to its end, whoever waits for it.
            if not self.answering.is_query(asked):
                return await self.answering.answer(asked, self._forwarded(request))
            return await while_listening(request, self.answering.answer(asked, self._forwarded(request)))
        except RequestError as error:
            return refused(error)

    def _forwarded(self, request: Request) -> dict[str, str]:
        return {
            name: request.headers[name] for name in self.settings.forwarded_headers if name in request.headers
        }


def _masked(error: Exception) -> GraphQLAnswer:
    """An internal error: the caller gets an id, the log gets the rest."""
    reference = uuid.uuid4().hex
    structlog.get_logger("gateway").error("gateway_fault", id=reference, exc_info=error)
    entry = {
        "message": "Internal error.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "id": reference},
    }
    return GraphQLAnswer({"errors": [entry]}, status=500, well_formed=False)


@dataclass(frozen=True, slots=True)
class OperatorRoutes:
    """The routes for those who run the gateway.

    Attributes:
        registry: What is counted.
        check: Asked for readiness, if given.
    """

    registry: Metrics
    check: Ready | None

    async def health(self) -> Response:
        """Whether the process lives."""
        return PlainTextResponse("ok\n")

    async def ready(self) -> Response:
        """Whether requests can be served: without a supergraph there is no application at all."""
        if self.check is not None and not await self.check():
            return PlainTextResponse("not ready\n", status_code=503)
        return PlainTextResponse("ready\n")

    async def metrics(self) -> Response:
        """What was counted, in Prometheus' text format."""
        return Response(self.registry.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
