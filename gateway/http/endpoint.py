"""The endpoint for clients: GraphQL over HTTP, as an ASGI application that needs no framework.

What most requests take is on this page, from top to bottom; everything unusual is raised as a `RequestError`.
"""

from __future__ import annotations

import time
import uuid
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import orjson
import structlog

from gateway.errors import BodyTooLarge, MethodNotAllowed, Overloaded, RequestError
from gateway.http.admission import RETRY_AFTER, Admission
from gateway.http.client import Client, ClientDisconnected, Receive, Reply, Scope, Send, client_of
from gateway.http.headers import ENCODING, Forwarded, Forwarding, Headers, RawHeaders, combined
from gateway.http.media import GRAPHQL_JSON, HTML, JSON, Negotiation, is_utf8_json, preferred
from gateway.lru_cache import LruBytesCache
from gateway.metrics import Metrics
from gateway.pipeline.cold_planning import ColdPlanning
from gateway.pipeline.document_cache import Ready
from gateway.pipeline.graphql_request import (
    GraphQLAnswer,
    GraphQLRequest,
    read_body,
    read_parameters,
    refused,
)
from gateway.pipeline.operation_executor import Answering

Authenticate: TypeAlias = Callable[[Mapping[str, str]], Awaitable[object]]
"""Looks at a request's headers; raises `Unauthenticated` to refuse it.

Subgraphs of this process are told what it gives, as `Forwarded.session`.
"""

AuthenticateCached: TypeAlias = Callable[[Mapping[str, str]], object]
"""Looks at the headers that subgraphs may see; gives what `Authenticate` would, or None: ask that one."""

HeaderValues: TypeAlias = Mapping[bytes, bytes]
"""Headers, as `combined` gives them."""

Read: TypeAlias = tuple[Ready, bool, object]
"""A request, whether it came before, and what is known of who is asking."""

CLIENT_GONE = 499
"""For whoever still looks: nginx's status for a request that its client gave up."""

TEXT = b"text/plain; charset=utf-8"
NO_GRAPHIQL = b"This is a GraphQL endpoint: POST a document here. GraphiQL is not installed.\n"
NOT_ACCEPTABLE: Reply = (406, TEXT, f"Only {JSON} and {GRAPHQL_JSON} can be answered.\n".encode(), ())

HEADERS: Mapping[int, RawHeaders] = {
    MethodNotAllowed("").status: ((b"allow", b"POST"),),
    Overloaded().status: ((b"retry-after", RETRY_AFTER),),
}
"""Those that go with a status."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The endpoint for clients.

    Attributes:
        answering: Answers requests.
        planning: Prepares requests that did not come before.
        body_bytes: The largest body.
        forwarding: The headers that subgraphs see.
        graphiql: The folder of GraphiQL.
        metrics: Counts.
        admission: Bounds what is done at once.
        authenticate: Asked first, if given.
        authenticate_cached: Asked before it, if given.
        known: Queries that came before, ready to be carried out, by the bytes of their bodies.
        negotiation: Chooses media types.
    """

    answering: Answering
    planning: ColdPlanning
    body_bytes: int
    forwarding: Forwarding
    graphiql: Path | None
    metrics: Metrics
    admission: Admission
    authenticate: Authenticate | None
    authenticate_cached: AuthenticateCached | None
    known: LruBytesCache[Ready]
    negotiation: Negotiation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST, or a GET: with the answer to a query, or with GraphiQL for a browser."""
        client = client_of(scope, receive, send)
        raw: RawHeaders = scope["headers"]
        if scope["method"] == "POST":
            reply = await self.respond(client, raw)
        elif (
            preferred(combined(raw).get(b"accept", b"").decode(ENCODING), (JSON, GRAPHQL_JSON, HTML)) == HTML
        ):
            reply = self._page()
        else:
            reply = await self.respond(client, raw, parameters=scope["query_string"])
        await client.reply(*reply)

    async def respond(
        self, client: Client, raw: RawHeaders, body: bytes | None = None, parameters: bytes | None = None
    ) -> Reply:
        """The reply to a request.

        Args:
            client: Who makes it.
            raw: Its headers.
            body: Of a POST, if it has come already.
            parameters: Of a GET.
        """
        headers = combined(raw)
        media = self.negotiation.choose(headers.get(b"accept", b""))
        if media is None:
            return NOT_ACCEPTABLE
        started = time.perf_counter()
        status = 200
        extra_headers: RawHeaders = ()
        try:
            forwarded = self.forwarding.pick(headers)
            read = None if body is None else self._known(body, headers, forwarded)
            ready, again, session = read or await self._read(client, headers, body, parameters)
            planned = self.answering.preparer.planned(ready, again=again)
            if not client.admitted:
                self._enter()
            try:
                # A mutation may take long: who asks, and when, is found out anew for each of its fetches.
                forwarded.session = session if ready.prepared.is_query else None
                work = self.answering.fetch(planned, ready.variables, forwarded)
                # It is carried out to its end, whoever waits for it.
                fetched = await (client.until_disconnect(work) if ready.prepared.is_query else work)
            finally:
                if not client.admitted:
                    self.admission.leave()
            answer = self.answering.answered(ready.prepared, planned, ready.variables, fetched)
            content = orjson.dumps(answer.body)
            outcome = "partial" if "errors" in answer.body else "ok"
        except (Exception, CancelledError) as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            answer, outcome = _instead(error, client)
            content = b"" if outcome == "gone" else orjson.dumps(answer.body)
            status = media.status(answer.status, well_formed=answer.well_formed)
            extra_headers = HEADERS.get(status, ())
        self.metrics.request(outcome, time.perf_counter() - started)
        return status, media.content_type, content, extra_headers

    def _known(self, body: bytes, headers: HeaderValues, forwarded: Forwarded) -> Read | None:
        """What is usual: a query that came before, from somebody who did."""
        if headers.get(b"content-type") != b"application/json" or b"content-encoding" in headers:
            return None
        ready = self.known.get(body)
        if ready is None:
            return None
        if self.authenticate is None:
            return ready, True, None
        session = None if self.authenticate_cached is None else self.authenticate_cached(forwarded)
        return None if session is None else (ready, True, session)

    def _enter(self) -> None:
        if not self.admission.enter():
            raise Overloaded

    async def _read(
        self, client: Client, headers: HeaderValues, body: bytes | None, parameters: bytes | None
    ) -> Read:
        """Whatever else is asked, in a body or in the parameters of a URL."""
        if parameters is not None:
            return await self._prepared(read_parameters(parameters), headers)
        _check_content(headers)
        if body is None:
            body = await client.read(self.body_bytes)
        elif len(body) > self.body_bytes:
            raise BodyTooLarge(self.body_bytes)
        known = self.known.get(body)
        if known is not None:
            return known, True, await self._authenticate(headers)
        ready, _, session = await self._prepared(read_body(body), headers)
        # Mutations hardly ever come again, and may hold what should not be kept.
        if ready.prepared.is_query:
            self.known.put(body, ready)
        return ready, False, session

    async def _prepared(self, asked: GraphQLRequest, headers: HeaderValues) -> Read:
        session = await self._authenticate(headers)
        return await self.planning.ready(asked), False, session

    async def _authenticate(self, headers: HeaderValues) -> object:
        return None if self.authenticate is None else await self.authenticate(Headers(headers))

    def _page(self) -> Reply:
        """GraphiQL, for a browser."""
        if self.graphiql is None or not (self.graphiql / "index.html").is_file():
            return 200, TEXT, NO_GRAPHIQL, ()
        page = (self.graphiql / "index.html").read_bytes()
        return 200, b"text/html; charset=utf-8", page, ()


def _check_content(headers: HeaderValues) -> None:
    content_type = headers.get(b"content-type", b"")
    if content_type != b"application/json" and not is_utf8_json(content_type.decode(ENCODING)):
        raise RequestError(
            "The content type must be application/json in UTF-8.",
            code="UNSUPPORTED_MEDIA_TYPE",
            status=415,
        )
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise RequestError("Compressed bodies are not read.", code="UNSUPPORTED_CONTENT_ENCODING", status=415)


def _instead(error: BaseException, client: Client) -> tuple[GraphQLAnswer, str]:
    """The answer where there is no usual one, and its outcome for metrics.

    Raises:
        CancelledError: It was the error, and not because the client had gone.
    """
    match error:
        case RequestError():
            return refused(error), "refused"
        case CancelledError() if not client.was_disconnected():
            raise error
        case ClientDisconnected() | CancelledError():
            return GraphQLAnswer({}, CLIENT_GONE, well_formed=False), "gone"
        case _:
            return _masked(error), "fault"


def _masked(error: BaseException) -> GraphQLAnswer:
    """An internal error: the client gets an id, the log gets the rest."""
    reference = uuid.uuid4().hex
    structlog.get_logger("gateway").error("gateway_fault", id=reference, exc_info=error)
    entry = {
        "message": "Internal error.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "id": reference},
    }
    return GraphQLAnswer({"errors": [entry]}, status=500, well_formed=False)
