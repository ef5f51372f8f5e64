"""The endpoint for clients: GraphQL over HTTP, as an ASGI application that needs no framework."""

from __future__ import annotations

import time
import uuid
from asyncio import CancelledError
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from msgspec import structs

from gateway.browsers.security_headers import GRAPHIQL_POLICY, encoded, page_headers
from gateway.errors import ClientDisconnected, MethodNotAllowed, Overloaded, RequestError, Unauthenticated
from gateway.header_rules import collect
from gateway.http.admission import RETRY_AFTER, Admission
from gateway.http.client import Client, Receive, Reply, Scope, Send, client_of
from gateway.http.headers import ENCODING, Forwarding, RawHeaders, combined
from gateway.http.request import ReceivedRequest
from gateway.http.responses import ACCEPT_ENCODING, NO_STORE, PAGE_HEADERS, Compression, ResponseCaching
from gateway.metrics import Metrics
from gateway.pipeline.graphql_request import GraphQLResponse, refused
from gateway.pipeline.stages import Response, ResponsePipeline, encode
from gateway.rate_limits import RateLimited
from graphql_http import GRAPHQL_JSON, HTML, JSON, Media, Negotiation, preferred

CLIENT_DISCONNECTED = 499
"""The status that nginx logs when a client closed the connection before the response."""

TEXT = b"text/plain; charset=utf-8"
NO_GRAPHIQL = b"This is a GraphQL endpoint: POST a document here. GraphiQL is not installed.\n"
NOT_ACCEPTABLE: Reply = (406, TEXT, f"Responses are {JSON} or {GRAPHQL_JSON} only.\n".encode(), ())
NO_PREFLIGHT: Reply = (405, TEXT, b"No other page may send requests here.\n", ((b"allow", b"GET, POST"),))
NOT_STORED: RawHeaders = (NO_STORE,)
GRAPHIQL_HEADERS: RawHeaders = (*PAGE_HEADERS, *encoded(page_headers(GRAPHIQL_POLICY)))

HEADERS: Mapping[int, RawHeaders] = {
    MethodNotAllowed("").status: ((b"allow", b"POST"),),
    Overloaded().status: ((b"retry-after", RETRY_AFTER),),
}
"""Additional headers by status."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The endpoint for clients.

    Attributes:
        pipeline: Answers requests.
        body_bytes: The largest body.
        forwarding: Picks the headers that subgraphs see.
        graphiql: The folder of GraphiQL, if it is installed.
        metrics: Counts requests.
        admission: Bounds how many requests are executed at once.
        negotiation: Chooses media types.
        caching: Lets caches keep answers to GET.
        collects_headers: Whether subgraphs' responses may have headers for clients.
        compression: Compresses responses; None for never.
        reads_gzip: Whether the bodies of requests may be compressed.
    """

    pipeline: ResponsePipeline
    body_bytes: int
    forwarding: Forwarding
    graphiql: Path | None
    metrics: Metrics
    admission: Admission
    negotiation: Negotiation
    caching: ResponseCaching
    collects_headers: bool = False
    compression: Compression | None = None
    reads_gzip: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST or a GET; a browser gets GraphiQL."""
        client = client_of(scope, receive, send)
        await client.reply(*await self.answer(scope, client))

    async def answer(self, scope: Scope, client: Client) -> Reply:
        """Return the reply to a POST or a GET."""
        raw: RawHeaders = scope["headers"]
        if scope["method"] == "POST":
            return await self.respond(client, raw)
        if scope["method"] == "OPTIONS":
            return NO_PREFLIGHT
        accepted = combined(raw).get(b"accept", b"").decode(ENCODING)
        if preferred(accepted, (JSON, GRAPHQL_JSON, HTML)) == HTML:
            return self._page()
        return await self.respond(client, raw, parameters=scope["query_string"])

    def respond(
        self, client: Client, raw: RawHeaders, body: bytes | None = None, parameters: bytes | None = None
    ) -> Coroutine[Any, Any, Reply]:
        """Answer a request; the result returns the reply.

        Args:
            client: The other end of the connection.
            raw: The headers.
            body: The body of a POST, if all of it has arrived.
            parameters: The query string of a GET.
        """
        headers = combined(raw)
        answering = self._respond(client, headers, body, parameters)
        if self.compression is None or ACCEPT_ENCODING not in headers:
            return answering
        return self.compression.compressed(answering, headers)

    async def _respond(
        self,
        client: Client,
        headers: Mapping[bytes, bytes],
        body: bytes | None,
        parameters: bytes | None,
    ) -> Reply:
        media = self.negotiation.choose(headers.get(b"accept", b""))
        if media is None:
            return NOT_ACCEPTABLE
        started = self.metrics.begin()
        forwarded = self.forwarding.pick(headers)
        request = ReceivedRequest(client, headers, forwarded, self.body_bytes, body, parameters)
        if self.reads_gzip:
            request.reads_gzip = True
        try:
            if self.collects_headers:
                collected = collect()
                response = await self.pipeline.respond(request)
                response = structs.replace(response, headers=collected.headers())
            else:
                response = await self.pipeline.respond(request)
        except (Exception, CancelledError) as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            response = _error_response(error, client)
            if isinstance(error, RequestError):
                self.metrics.refusal(error.code)
        finally:
            self.metrics.end(started)
        seconds = time.perf_counter() - started
        self.metrics.request(response.outcome, seconds)
        if request.recorder is not None:
            request.recorder.observe(response.outcome, seconds)
        status = response.status
        if parameters is not None:
            return self.caching.reply(_reply(media, response), response.cache_policy, headers)
        if status == 200:  # noqa: PLR2004 - the usual status, the same for all media types
            return status, media.content_type, response.content, _not_stored(response.headers)
        status, content_type, body, more = _reply(media, response)
        return status, content_type, body, _not_stored(more)

    def _page(self) -> Reply:
        """Return GraphiQL for a browser."""
        if self.graphiql is None or not (self.graphiql / "index.html").is_file():
            return 200, TEXT, NO_GRAPHIQL, PAGE_HEADERS
        page = (self.graphiql / "index.html").read_bytes()
        return 200, b"text/html; charset=utf-8", page, GRAPHIQL_HEADERS


def _not_stored(headers: RawHeaders) -> RawHeaders:
    """Add that no cache may keep the response, unless a subgraph's header for clients says something else."""
    if not headers:
        return NOT_STORED
    return headers if any(name == b"cache-control" for name, _ in headers) else (*headers, NO_STORE)


def _reply(media: Media, response: Response) -> Reply:
    status = media.status(response.status, well_formed=response.well_formed)
    return status, media.content_type, response.content, response.headers or HEADERS.get(status, ())


def _error_response(error: BaseException, client: Client) -> Response:
    """Return the response for an exception.

    Raises:
        CancelledError: The task was cancelled for another reason than a disconnected client.
    """
    match error:
        case Unauthenticated():
            challenge = (b"www-authenticate", error.challenge.encode("ascii"))
            return structs.replace(encode(refused(error), "refused"), headers=(challenge,))
        case RateLimited():
            return structs.replace(encode(refused(error), "refused"), headers=error.headers)
        case RequestError():
            return encode(refused(error), "refused")
        case CancelledError() if not client.was_disconnected():
            raise error
        case ClientDisconnected() | CancelledError():
            return Response(b"", "gone", CLIENT_DISCONNECTED, well_formed=False)
        case _:
            return encode(_masked(error), "fault")


def _masked(error: BaseException) -> GraphQLResponse:
    """Log an internal error, and return a response that has only its id."""
    reference = uuid.uuid4().hex
    structlog.get_logger("gateway").error("gateway_fault", id=reference, exc_info=error)
    entry = {
        "message": "Internal error.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "id": reference},
    }
    return GraphQLResponse({"errors": [entry]}, status=500, well_formed=False)
