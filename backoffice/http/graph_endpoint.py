"""The graph over HTTP: only for people who are signed in, only from the back office's own pages."""

import asyncio
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

import orjson
from prometheus_client import Histogram
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backoffice.access import Actor
from backoffice.errors import BackofficeError, NotSignedIn
from backoffice.graph.execution import OfficeGraph
from backoffice.http.requests import CrossSiteRequest, gone, json_response, require_session
from backoffice.http.security import NO_STORE, Site
from backoffice.identity.sessions import Stage
from backoffice.identity.sign_in import SignIn
from foundation.graphql_http import (
    GRAPHQL_JSON,
    JSON,
    BodyTooLarge,
    Media,
    Negotiation,
    RequestError,
    check_content,
    read_body,
)
from gateway.errors import CannotPlan, InvalidDocument, Overloaded, ResponseTooLarge
from subgraphs.kit.graphql.operations import answer_of, failed

COMPRESSED_BYTES: Final = 4096
LARGE_BYTES: Final = 128 * 1024
"""Responses from this size are compressed in a thread."""

COMPRESSION_LEVEL: Final = 3


@dataclass(slots=True)
class GraphEndpoint:
    """Finds out who acts, and executes their operation.

    Attributes:
        graph: Executes operations.
        seconds: How long requests of signed-in people took, by outcome: ok, errors, refused, gone or
            fault. Who leaves a page before its request has arrived is gone: no fault of ours.
        negotiation: Chooses media types.
    """

    graph: OfficeGraph
    sign_in: SignIn
    site: Site
    seconds: Histogram
    negotiation: Negotiation = field(default_factory=Negotiation)
    _inside: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._response(Request(scope, receive))
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        if request.method != "POST":
            response = _refused("METHOD_NOT_ALLOWED", "Send operations by POST.", 405)
            response.headers["allow"] = "POST"
            return response
        try:
            current = await require_session(request, self.site, self.sign_in)
            if current.session.stage is not Stage.FULL:
                raise NotSignedIn
        except BackofficeError as error:
            status = 403 if isinstance(error, CrossSiteRequest) else 401
            return _refused(error.code, str(error), status)
        media = self.negotiation.choose(request.headers.get("accept", "").encode("latin-1"))
        if media is None:
            return Response(f"Responses are {JSON} or {GRAPHQL_JSON} only.\n", 406, media_type="text/plain")
        if self._inside == self.graph.limits.requests:
            return _refusal(Overloaded(), media)
        began = perf_counter()
        self._inside += 1
        try:
            outcome, response = await self._answer(request, current.actor, media)
        finally:
            self._inside -= 1
        self.seconds.labels(outcome).observe(perf_counter() - began)
        return response

    async def _answer(self, request: Request, actor: Actor, media: Media) -> tuple[str, Response]:
        """Return the outcome and the response of a signed-in person's request."""
        try:
            operation = read_body(await self._body(request))
            answer = await self.graph.execute(operation, actor, lambda: gone(request))
            content = self._within_limit(orjson.dumps(answer))
        except RequestError as error:
            return "refused", _refusal(error, media)
        except ClientDisconnect:
            return "gone", Response(status_code=400)
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            return "fault", _encoded(orjson.dumps(answer_of(failed(error))), 500, media)
        outcome = "errors" if "errors" in answer else "ok"
        response = _encoded(content, 200, media)
        if len(content) >= COMPRESSED_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
            await _compress(response)
        return outcome, response

    async def _body(self, request: Request) -> bytes:
        """Return the body of a request.

        Raises:
            RequestError: It is not JSON in UTF-8, or too large.
        """
        headers, limit = request.headers, self.graph.limits.body_bytes
        check_content(headers.get("content-type", ""), headers.get("content-encoding", "identity"))
        body = bytearray()
        async for chunk in request.stream():  # counted while reading: the declared length is only a claim
            body += chunk
            if len(body) > limit:
                raise BodyTooLarge(limit)
        return bytes(body)

    def _within_limit(self, content: bytes) -> bytes:
        if len(content) > self.graph.limits.response.bytes:
            raise ResponseTooLarge(f"The response is larger than {self.graph.limits.response.bytes} bytes.")
        return content


def _refusal(error: RequestError, media: Media) -> Response:
    """Return the response to a refused request; a mutation may have made its changes by then."""
    body: dict[str, Any] = {"errors": error.formatted()}
    if isinstance(error, ResponseTooLarge):
        body["data"] = None
    well_formed = isinstance(error, InvalidDocument | CannotPlan | ResponseTooLarge)
    more = {"retry-after": "1"} if isinstance(error, Overloaded) else {}
    return _encoded(orjson.dumps(body), media.status(error.status, well_formed=well_formed), media, more)


def _encoded(content: bytes, status: int, media: Media, more: Mapping[str, str] | None = None) -> Response:
    headers = {"cache-control": NO_STORE, **(more or {})}
    return Response(content, status, headers, media.content_type.decode("latin-1"))


async def _compress(response: Response) -> None:
    content = bytes(response.body)
    if len(content) < LARGE_BYTES:
        response.body = gzip.compress(content, COMPRESSION_LEVEL)
    else:
        response.body = await asyncio.to_thread(gzip.compress, content, COMPRESSION_LEVEL)
    response.headers["content-length"] = str(len(response.body))
    response.headers["content-encoding"] = "gzip"
    response.headers["vary"] = "accept-encoding"


def _refused(code: str, message: str, status: int) -> Response:
    return json_response({"errors": [{"message": message, "extensions": {"code": code}}]}, status)
