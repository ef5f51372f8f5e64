"""The endpoint for clients, also on pages of other origins: GraphQL over HTTP, as an ASGI application."""

from __future__ import annotations

import time
from asyncio import CancelledError
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from foundation.graphql_http import GRAPHQL_JSON, HTML, JSON, Media, Negotiation, preferred
from foundation.security_headers import GRAPHIQL_POLICY, encoded, page_headers
from gateway.errors import MethodNotAllowed, Overloaded, RequestError
from gateway.http.admission import RETRY_AFTER, Admission
from gateway.http.client import STREAMED, Client, Receive, Reply, Scope, Send, client_of
from gateway.http.cross_site import CrossSiteGets, CrossSiteRequest
from gateway.http.forwarding import Forwarding
from gateway.http.headers import ENCODING, RawHeaders, combined, origin_of
from gateway.http.replies import OriginPolicy, ReplyStage
from gateway.http.request import ReceivedRequest
from gateway.http.responses import (
    NO_STORE,
    PAGE_HEADERS,
    ResponseCaching,
    error_response,
)
from gateway.http.streams import StreamFormat, Streams
from gateway.monitoring.metrics import Metrics
from gateway.pipeline.in_parts import ResponseInParts
from gateway.pipeline.stages import Response, ResponsePipeline
from gateway.pipeline.subscriptions import NotStreamed

PLAIN = Media(GRAPHQL_JSON, b"application/graphql-response+json; charset=utf-8")
"""The refusal of a request whose client accepts only streams."""

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


class Endpoint(Struct, frozen=True):
    """The endpoint for clients.

    Attributes:
        pipeline: Answers requests.
        body_bytes: The most bytes of a request body.
        forwarding: Picks the headers that subgraphs see.
        graphiql: GraphiQL's folder, if it is installed.
        metrics: Counts requests.
        admission: Bounds how many requests are executed at once.
        negotiation: Chooses media types.
        caching: Adds the headers by which caches keep responses to GET.
        replies: What features do to replies; the first is the innermost.
        reads_gzip: Whether request bodies may be compressed.
        streams: Sends many responses to one request; None for never.
        gets: Decides which queries by GET are refused, because a page of another site may have sent them.
    """

    pipeline: ResponsePipeline
    body_bytes: int
    forwarding: Forwarding
    graphiql: Path | None
    metrics: Metrics
    admission: Admission
    negotiation: Negotiation
    caching: ResponseCaching
    replies: tuple[ReplyStage, ...] = ()
    reads_gzip: bool = False
    streams: Streams | None = None
    gets: CrossSiteGets = CrossSiteGets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST or a GET; a browser gets GraphiQL."""
        client = client_of(scope, receive, send)
        reply = await self.answer(scope, client)
        if reply[0]:
            await client.reply(*reply)

    async def answer(self, scope: Scope, client: Client) -> Reply:
        """Return the reply to a POST or a GET."""
        raw: RawHeaders = scope["headers"]
        method = scope["method"]
        if method == "OPTIONS":
            return NO_PREFLIGHT
        if method == "POST":
            return await self.respond(client, raw)
        accepted = combined(raw).get(b"accept", b"").decode(ENCODING)
        if preferred(accepted, (JSON, GRAPHQL_JSON, HTML)) == HTML:
            return self._page()
        return await self.respond(client, raw, parameters=scope["query_string"])

    def respond(
        self, client: Client, raw: RawHeaders, body: bytes | None = None, parameters: bytes | None = None
    ) -> Coroutine[Any, Any, Reply]:
        """Start to answer a request; the returned awaitable returns the reply.

        Args:
            client: The other end of the connection.
            raw: The headers.
            body: The body of a POST, if all of it has arrived.
            parameters: The query string of a GET.
        """
        headers = combined(raw)
        answering = self._respond(client, headers, body, parameters)
        for stage in self.replies:
            if stage.header is None or stage.header in headers:
                answering = stage.around(answering, headers)
        return answering

    async def _respond(
        self,
        client: Client,
        headers: Mapping[bytes, bytes],
        body: bytes | None,
        parameters: bytes | None,
    ) -> Reply:
        media = self.negotiation.choose(headers.get(b"accept", b""))
        if parameters is not None and self.gets.refuses(headers):
            error = CrossSiteRequest()
            self.metrics.refusal(error.code)
            status, content_type, content, more = _reply(media or PLAIN, error_response(error, client))
            return status, content_type, content, (*more, NO_STORE)
        forwarded = self.forwarding.pick(headers)
        request = ReceivedRequest(client, headers, forwarded, self.body_bytes, body, parameters)
        if self.reads_gzip:
            request.reads_gzip = True
        if media is None:
            return await self._streamed(request)
        started = self.metrics.begin()
        try:
            response = await self.pipeline.respond(request)
        except (Exception, CancelledError) as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            is_stream = isinstance(error, NotStreamed | ResponseInParts)
            if is_stream and self._stream_format(headers) is not None:
                return await self._streamed(request)
            response = error_response(error, client)
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
            return status, media.content_type, response.content, NOT_STORED
        status, content_type, body, more = _reply(media, response)
        return status, content_type, body, (*more, NO_STORE)

    def _stream_format(self, headers: Mapping[bytes, bytes]) -> StreamFormat | None:
        """Return how a client wants many responses to one request; None if it accepts only one."""
        return None if self.streams is None else self.streams.formats.choose(headers.get(b"accept", b""))

    async def _streamed(self, request: ReceivedRequest) -> Reply:
        """Send all responses to a request; the reply is only for one that is refused."""
        written = self._stream_format(request.headers)
        if self.streams is None or written is None:
            return NOT_ACCEPTABLE
        try:
            await self.streams.respond(request, written)
        except (Exception, CancelledError) as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            response = error_response(error, request.client)
            status, content_type, body, more = _reply(PLAIN, response)
            return status, content_type, body, (*more, NO_STORE)
        return STREAMED

    def _page(self) -> Reply:
        """Return GraphiQL for a browser."""
        if self.graphiql is None or not (self.graphiql / "index.html").is_file():
            return 200, TEXT, NO_GRAPHIQL, PAGE_HEADERS
        page = (self.graphiql / "index.html").read_bytes()
        return 200, b"text/html; charset=utf-8", page, GRAPHIQL_HEADERS


def _reply(media: Media, response: Response) -> Reply:
    status = media.status(response.status, well_formed=response.well_formed)
    return status, media.content_type, response.content, response.headers or HEADERS.get(status, ())


NO_CONTENT: Final = 204
FORBIDDEN: Final = 403
_TEXT: Final = b"text/plain; charset=utf-8"


class CorsEndpoint(Struct, frozen=True):
    """Tells browsers which pages may read an endpoint's responses.

    Attributes:
        endpoint: The endpoint.
        policy: Decides which pages may read responses.
    """

    endpoint: Endpoint
    policy: OriginPolicy

    @property
    def admission(self) -> Admission:
        """What bounds concurrent requests."""
        return self.endpoint.admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST, a GET or a preflight."""
        client = client_of(scope, receive, send)
        raw: RawHeaders = scope["headers"]
        if scope["method"] == "OPTIONS":
            await client.reply(*self._preflight(raw))
            return
        reply = await self.endpoint.answer(scope, client)
        if reply[0]:
            await client.reply(*self._readable(raw, reply))

    async def respond(
        self, client: Client, raw: RawHeaders, body: bytes | None = None, parameters: bytes | None = None
    ) -> Reply:
        """Return the reply to a request, as `Endpoint.respond` does."""
        return self._readable(raw, await self.endpoint.respond(client, raw, body, parameters))

    def _readable(self, raw: RawHeaders, reply: Reply) -> Reply:
        status, content_type, body, headers = reply
        return status, content_type, body, (*headers, *self.policy.headers(origin_of(raw)))

    def _preflight(self, raw: RawHeaders) -> Reply:
        """Answer a preflight, which has neither a body nor a session."""
        headers = self.policy.preflight_headers(origin_of(raw))
        if headers is None:
            return FORBIDDEN, _TEXT, b"This page may not send requests here.\n", self.policy.refused_headers()
        return NO_CONTENT, _TEXT, b"", headers
