"""The pipeline's input and output types, and the interfaces that it requires from HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Coroutine, Mapping, MutableMapping
from typing import Any, Protocol, TypeVar

import msgspec

from foundation.graphql_http import GraphQLRequest
from foundation.graphql_http.media import IncrementalSpec
from gateway.errors import CannotPlan, InvalidDocument, MethodNotAllowed, RequestError, ResponseTooLarge
from gateway.monitoring import Recorder
from gateway.pipeline.cache_control import CachePolicy
from gateway.pipeline.encoding import as_json


class GraphQLResponse(msgspec.Struct, frozen=True):
    """A GraphQL response.

    Attributes:
        body: The response as JSON values.
        status: The HTTP status for `application/graphql-response+json`, and for errors of the protocol
            itself.
        well_formed: Whether the request was a GraphQL request at all.
    """

    body: Mapping[str, Any]
    status: int = 200
    well_formed: bool = True


def refused(error: RequestError) -> GraphQLResponse:
    """Return the response to a refused request."""
    if isinstance(error, ResponseTooLarge):
        return GraphQLResponse({"errors": error.formatted(), "data": None}, error.status)
    well_formed = isinstance(error, InvalidDocument | CannotPlan)
    return GraphQLResponse({"errors": error.formatted()}, error.status, well_formed)


def require_query(graphql_request: GraphQLRequest, *, is_query: bool) -> None:
    """Refuse what changes something if the request may execute only queries.

    Raises:
        MethodNotAllowed: It is neither a query nor a subscription, which are read alike.
    """
    if graphql_request.read_only and not is_query:
        raise MethodNotAllowed("GET allows no mutations: use POST.")


T = TypeVar("T")


class Client(Protocol):
    """The client of a request.

    Attributes:
        admitted: Whether the server has admitted the request already, and will release its slot.
    """

    admitted: bool

    @property
    def address(self) -> str | None:
        """The address at the other end of the connection; None if it has none."""
        ...

    def until_disconnect(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Run work until it is done or the client disconnects."""
        ...


class HttpRequest(Protocol):
    """A request over HTTP; its body may still be arriving.

    Attributes:
        recorder: Counts the request once it is answered; None until its operation is known.
    """

    recorder: Recorder | None

    @property
    def client(self) -> Client:
        """The other end of the connection."""
        ...

    @property
    def peer(self) -> str | None:
        """The client's address on the connection, which may be a proxy's; None if it has none."""
        ...

    @property
    def method(self) -> str:
        """The HTTP method: GET or POST."""
        ...

    @property
    def forwarded(self) -> MutableMapping[str, str]:
        """The headers that subgraphs may see."""
        ...

    @property
    def headers(self) -> Mapping[bytes, bytes]:
        """All headers as bytes, by name in lower case."""
        ...

    @property
    def text_headers(self) -> Mapping[str, str]:
        """All headers as text."""
        ...

    def arrived_body(self) -> bytes | None:
        """Return the body if all of it has arrived and is plain JSON, else None."""
        ...

    def incremental_spec(self) -> IncrementalSpec | None:
        """Return the format in which the client accepts a response in parts; None if it accepts none."""
        ...

    async def read_body(self) -> bytes | None:
        """Read the body; None for a GET.

        Raises:
            RequestError: It is not JSON, or too large.
            ClientDisconnected: The client disconnected before the body was complete.
        """
        ...

    def parse(self, body: bytes | None) -> GraphQLRequest:
        """Parse the body, or the parameters of a GET.

        Raises:
            RequestError: It is not a GraphQL request.
        """
        ...


class AdmissionControl(Protocol):
    """Bounds how many requests are executed at once."""

    def enter(self) -> bool:
        """Admit a request if there is room."""
        ...

    def leave(self) -> None:
        """Release the slot of an admitted request."""
        ...


class Response(msgspec.Struct, frozen=True, gc=False):
    """An encoded response.

    Attributes:
        content: The body.
        outcome: The outcome for metrics: ok, partial, refused, gone or fault.
        status: The HTTP status for `application/graphql-response+json`, and for errors of the protocol
            itself.
        well_formed: Whether the request was a GraphQL request at all.
        headers: Additional headers.
        cache_policy: How long the response to a GET may be cached; None if it may not.
        position: From where its subscription can be continued; empty if only from its beginning, None if
            nothing is said.
    """

    content: bytes
    outcome: str
    status: int = 200
    well_formed: bool = True
    headers: tuple[tuple[bytes, bytes], ...] = ()
    cache_policy: CachePolicy | None = None
    position: str | None = None


class ResponsePipeline(Protocol):
    """Processes requests: the pipeline, or a variant that also observes requests."""

    def respond(self, request: HttpRequest, /) -> Awaitable[Response]:
        """Return the response to a request; awaiting it raises `RequestError` if the request is refused."""
        ...


class ResponseStream(Protocol):
    """The responses of a subscription, in order, each an encoded execution result.

    A single consumer iterates once. Responses are made on demand, never ahead. The stream ends when its
    source ends, its session expires, or the gateway stops. Unless the source completed it, the last response
    has no data and an error with a code.
    """

    @property
    def expires(self) -> float | None:
        """When the session expires, in seconds since the epoch; None if it never expires or is unknown."""
        ...

    def __aiter__(self) -> AsyncIterator[Response]:
        """Return the iterator over the responses."""
        ...

    async def aclose(self) -> None:
        """End the subscription at its source, cancelling any work in progress; idempotent."""
        ...


class StreamPipeline(Protocol):
    """Starts operations of any kind as streams of responses."""

    async def stream(self, request: HttpRequest, /) -> ResponseStream:
        """Start an operation: authenticate, prepare, check, plan, and subscribe or answer.

        The request may be a POST, a GET or a WebSocket message. A query or mutation becomes a stream of one
        response, so that callers need not know the operation's kind in advance. If the source itself refuses
        the subscription, the first response says so.

        Raises:
            RequestError: The operation is refused, or the subgraph of a subscription cannot be reached.
            ClientDisconnected: The client has disconnected.
        """
        ...


def encode(
    response: GraphQLResponse, outcome: str | None = None, cache_policy: CachePolicy | None = None
) -> Response:
    """Encode a response as JSON; without an outcome, its errors decide, and with errors it is not cached."""
    if outcome is None:
        outcome = "partial" if "errors" in response.body else "ok"
    # Extensions, such as the cost, are meant only for the client that asked for them.
    if cache_policy is not None and (outcome != "ok" or "extensions" in response.body):
        cache_policy = None
    content = as_json(response.body)
    return Response(content, outcome, response.status, response.well_formed, cache_policy=cache_policy)
