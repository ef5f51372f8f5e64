"""The endpoint for clients: GraphQL over HTTP, as an ASGI application that needs no framework.

What most requests take is on this page, from top to bottom; everything unusual is raised as a `RequestError`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import orjson
import structlog

from gateway.admission import RETRY_AFTER, Admission
from gateway.answer import Answering
from gateway.bounded import BoundedBytes
from gateway.caller import Caller, ClientGone, Receive, Scope, Send, caller_of
from gateway.errors import MethodNotAllowed, Overloaded, RequestError
from gateway.headers import ENCODING, Forwarding, Headers, Raw, joined
from gateway.media import GRAPHQL_JSON, HTML, JSON, Media, Negotiation, is_utf8_json, preferred
from gateway.metrics import Metrics
from gateway.prepare import Ready
from gateway.request import GraphQLAnswer, GraphQLRequest, read_body, read_parameters, refused

Authenticate: TypeAlias = Callable[[Mapping[str, str]], Awaitable[object]]
"""Looks at a request's headers; raises `Unauthenticated` to refuse it.

Subgraphs of this process are told what it gives, as `Forwarded.asker`.
"""

Read: TypeAlias = tuple[Ready, bool, object]
"""A request, whether it came before, and what is known of who is asking."""

CLIENT_GONE = 499
"""For whoever still looks: nginx's status for a request that its client gave up."""

TEXT = b"text/plain; charset=utf-8"
NO_GRAPHIQL = b"This is a GraphQL endpoint: POST a document here. GraphiQL is not installed.\n"
NOT_ACCEPTABLE = f"Only {JSON} and {GRAPHQL_JSON} can be answered.\n".encode()

HEADERS: Mapping[int, Raw] = {
    MethodNotAllowed("").status: ((b"allow", b"POST"),),
    Overloaded().status: ((b"retry-after", RETRY_AFTER),),
}
"""Those that go with a status."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The endpoint for clients.

    Attributes:
        answering: Answers requests.
        body_bytes: The largest body.
        forwarding: The headers that subgraphs see.
        graphiql: The folder of GraphiQL.
        metrics: Counts.
        admission: Bounds what is done at once.
        authenticate: Asked first, if given.
        known: Queries that came before, ready to be carried out, by the bytes of their bodies.
        negotiation: Chooses media types.
    """

    answering: Answering
    body_bytes: int
    forwarding: Forwarding
    graphiql: Path | None
    metrics: Metrics
    admission: Admission
    authenticate: Authenticate | None
    known: BoundedBytes[Ready]
    negotiation: Negotiation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST, or a GET: with the answer to a query, or with GraphiQL for a browser."""
        caller = caller_of(scope, receive, send)
        headers = joined(scope["headers"])
        accept = headers.get(b"accept", b"")
        reading: Coroutine[Any, Any, Read]
        if scope["method"] == "POST":
            reading = self._posted(caller, headers)
        elif preferred(accept.decode(ENCODING), (JSON, GRAPHQL_JSON, HTML)) == HTML:
            await self._show_graphiql(caller)
            return
        else:
            reading = self._parametrised(scope["query_string"], headers)
        media = self.negotiation.choose(accept)
        if media is None:
            reading.close()
            await caller.reply(406, TEXT, NOT_ACCEPTABLE)
            return
        started = time.perf_counter()
        try:
            answer = await self._answer(caller, headers, reading)
            body, outcome = orjson.dumps(answer.body), answer.outcome()
        except ClientGone:
            answer, body, outcome = GraphQLAnswer({}, CLIENT_GONE, well_formed=False), b"", "gone"
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            answer = _masked(error)
            body, outcome = orjson.dumps(answer.body), "fault"
        self.metrics.request(outcome, time.perf_counter() - started)
        await self._reply(caller, media, answer, body)

    async def _answer(
        self, caller: Caller, headers: Mapping[bytes, bytes], reading: Awaitable[Read]
    ) -> GraphQLAnswer:
        try:
            ready, again, asker = await reading
            planned = self.answering.preparer.planned(ready, again=again)
        except RequestError as error:
            return refused(error)
        if not (caller.admitted or self.admission.enter()):
            return refused(Overloaded())
        try:
            # A mutation may take long: who asks, and when, is found out anew for each of its fetches.
            forwarded = self.forwarding.pick(headers, asker if ready.prepared.is_query else None)
            work = self.answering.carry_out(ready.prepared, planned, ready.variables, forwarded)
            # A mutation is carried out to its end, whoever waits for it.
            return await (caller.while_there(work) if ready.prepared.is_query else work)
        except RequestError as error:
            return refused(error)
        finally:
            if not caller.admitted:
                self.admission.leave()

    async def _posted(self, caller: Caller, headers: Mapping[bytes, bytes]) -> Read:
        """The request in a body."""
        _check_content(headers)
        body = await caller.read(self.body_bytes)
        known = self.known.get(body)
        if known is not None:
            return known, True, await self._authenticate(headers)
        ready, _, asker = await self._prepared(read_body(body), headers)
        # Mutations hardly ever come again, and may hold what should not be kept.
        if ready.prepared.is_query:
            self.known.put(body, ready)
        return ready, False, asker

    async def _parametrised(self, query_string: bytes, headers: Mapping[bytes, bytes]) -> Read:
        """The request in the parameters of a URL."""
        return await self._prepared(read_parameters(query_string), headers)

    async def _prepared(self, asked: GraphQLRequest, headers: Mapping[bytes, bytes]) -> Read:
        asker = await self._authenticate(headers)
        return self.answering.preparer.ready(asked), False, asker

    async def _authenticate(self, headers: Mapping[bytes, bytes]) -> object:
        return None if self.authenticate is None else await self.authenticate(Headers(headers))

    async def _reply(self, caller: Caller, media: Media, answer: GraphQLAnswer, body: bytes) -> None:
        status = media.status(answer.status, well_formed=answer.well_formed)
        await caller.reply(status, media.content_type, body, HEADERS.get(status, ()))

    async def _show_graphiql(self, caller: Caller) -> None:
        if self.graphiql is None or not (self.graphiql / "index.html").is_file():
            await caller.reply(200, TEXT, NO_GRAPHIQL)
            return
        page = (self.graphiql / "index.html").read_bytes()
        await caller.reply(200, b"text/html; charset=utf-8", page)


def _check_content(headers: Mapping[bytes, bytes]) -> None:
    content_type = headers.get(b"content-type", b"")
    if content_type != b"application/json" and not is_utf8_json(content_type.decode(ENCODING)):
        raise RequestError(
            "The content type must be application/json in UTF-8.",
            code="UNSUPPORTED_MEDIA_TYPE",
            status=415,
        )
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise RequestError("Compressed bodies are not read.", code="UNSUPPORTED_CONTENT_ENCODING", status=415)


def _masked(error: Exception) -> GraphQLAnswer:
    """An internal error: the caller gets an id, the log gets the rest."""
    reference = uuid.uuid4().hex
    structlog.get_logger("gateway").error("gateway_fault", id=reference, exc_info=error)
    entry = {
        "message": "Internal error.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "id": reference},
    }
    return GraphQLAnswer({"errors": [entry]}, status=500, well_formed=False)
