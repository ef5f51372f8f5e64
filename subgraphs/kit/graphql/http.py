"""The route `/graphql` of a subgraph: GraphQL over HTTP behind Starlette, within the gateway's deadline."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, TypeAlias, TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response

from foundation.graphql_http import (
    GRAPHQL_JSON,
    JSON,
    BodyTooLarge,
    GraphQLRequest,
    Media,
    Negotiation,
    RequestError,
    check_content,
    read_body,
    read_parameters,
)
from subgraphs.kit.domain.errors import AuthenticationUnavailable, Unauthenticated, WrongCell
from subgraphs.kit.graphql.callers import too_large
from subgraphs.kit.settings import CallLimits

T = TypeVar("T")

HEADER: Final = "x-envoy-expected-rq-timeout-ms"
"""How many milliseconds the caller waits for the response: Envoy's name, since no RFC has one."""

MAX_DIGITS: Final = 7


class DeadlineExceeded(RequestError):
    """The caller no longer waits."""

    def __init__(self) -> None:
        super().__init__("The deadline of the request has passed.", code="DEADLINE_EXCEEDED", status=504)


async def until_deadline(work: Awaitable[T], headers: Mapping[str, str]) -> T:
    """Do the work of a query; cancel it when its caller no longer waits.

    A header that is not a whole number of milliseconds sets no deadline.

    Raises:
        DeadlineExceeded: The deadline has passed.
    """
    given = headers.get(HEADER, "")
    if not (given.isascii() and given.isdigit() and len(given) <= MAX_DIGITS):
        return await work
    try:
        async with asyncio.timeout(int(given) / 1000):
            return await work
    except TimeoutError:
        raise DeadlineExceeded from None


BODY_BYTES: Final = 1024 * 1024  # a gateway requests many entities at once
MAX_DEPTH: Final = 32
HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "1"},
    HTTPStatus.METHOD_NOT_ALLOWED: {"Allow": "POST"},
}
"""Additional headers of refusals by status."""

EVENT_STREAM: Final = "text/event-stream"
REFUSED: Final = (Unauthenticated, WrongCell, AuthenticationUnavailable, RequestError)

Read: TypeAlias = Callable[[Request], Awaitable[GraphQLRequest]]
"""Reads a request's operation. Raises `RequestError`."""

Subscribe: TypeAlias = Callable[[GraphQLRequest, Mapping[str, str]], Awaitable[Response]]
"""Subscribes, and returns the response that sends the events. Raises `Unauthenticated` or `RequestError`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response.

    Attributes:
        body: The GraphQL response.
        executed: False if the operation failed before any resolver ran; then there is no `data`.
    """

    body: dict[str, Any]
    executed: bool = True


@dataclass(frozen=True, slots=True)
class GraphQLRoute:
    """The route `/graphql` of a subgraph.

    Attributes:
        run: Runs an operation, given the request's headers with lower-case names; raises `Unauthenticated` or
            `RequestError`.
        subscribe: Returns the stream of a subscription for clients who accept server-sent events, and raises
            the same; None if there is none.
        body_bytes: The size limit of a body.
        answer_bytes: The size limit of a response.
        negotiation: Chooses media types.
    """

    run: Callable[[GraphQLRequest, Mapping[str, str]], Awaitable[Answer]]
    subscribe: Subscribe | None = None
    body_bytes: int = BODY_BYTES
    answer_bytes: int = field(default_factory=lambda: CallLimits().answer_bytes)
    negotiation: Negotiation = field(default_factory=Negotiation)

    async def post(self, request: Request) -> Response:
        """Answer a POST."""
        return await self._respond(request, self._read_body)

    async def get(self, request: Request) -> Response:
        """Answer a GET: a query in the URL."""
        return await self._respond(request, _read_parameters)

    async def _respond(self, request: Request, read: Read) -> Response:
        accepted = request.headers.get("accept", "")
        if self.subscribe is not None and EVENT_STREAM in accepted:
            return await self._stream(request, read, self.subscribe)
        media = self.negotiation.choose(accepted.encode("latin-1"))
        if media is None:
            return Response(f"Responses are {JSON} or {GRAPHQL_JSON} only.\n", HTTPStatus.NOT_ACCEPTABLE)
        try:
            answer = await self.run(await read(request), _headers(request))
        except REFUSED as error:
            return _refusal(_as_refusal(error), media)
        # With application/json another status would mean that the response is not from a GraphQL server.
        status = 200 if answer.executed else media.status(400, well_formed=True)
        response = _response(answer.body, status, media)
        if len(response.body) > self.answer_bytes:
            return _refusal(too_large(self.answer_bytes), media)
        return response

    async def _stream(self, request: Request, read: Read, subscribe: Subscribe) -> Response:
        try:
            return await subscribe(await read(request), _headers(request))
        except REFUSED as error:
            return _refusal(_as_refusal(error), Media(GRAPHQL_JSON, GRAPHQL_JSON.encode()))

    async def _read_body(self, request: Request) -> GraphQLRequest:
        headers = request.headers
        check_content(headers.get("content-type", ""), headers.get("content-encoding", "identity"))
        body = bytearray()
        async for chunk in request.stream():  # counted while reading: the declared length is only a claim
            body += chunk
            if len(body) > self.body_bytes:
                raise BodyTooLarge(self.body_bytes)
        return read_body(bytes(body), MAX_DEPTH)


def _as_refusal(error: Exception) -> RequestError:
    """Return why a request is refused, with its status."""
    match error:
        case Unauthenticated():
            return RequestError(str(error), code=error.code, status=401)
        case WrongCell():
            return RequestError(str(error), code=error.code, status=error.status)
        case AuthenticationUnavailable():
            return RequestError(str(error), code=error.code, status=503)
        case RequestError():
            return error
        case _:
            raise error


async def _read_parameters(request: Request) -> GraphQLRequest:
    return read_parameters(request.scope["query_string"], MAX_DEPTH)


def _headers(request: Request) -> Mapping[str, str]:
    """Return the headers of a request.

    Raises:
        Unauthenticated: `authorization` is repeated: a valid token must not carry another one past a check.
    """
    if len(request.headers.getlist("authorization")) > 1:
        raise Unauthenticated("send one `Authorization` header")
    return request.headers


def _refusal(error: RequestError, media: Media) -> Response:
    return _response({"errors": error.formatted()}, error.status, media, HEADERS.get(error.status))


def _response(
    body: Mapping[str, Any], status: int, media: Media, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(body), status, headers, media.content_type.decode("latin-1"))
