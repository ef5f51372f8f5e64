"""The first and the last type of the pipeline, and the interfaces that it needs of HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Mapping, MutableMapping
from typing import Any, Protocol, TypeVar

import msgspec
import orjson

from gateway.cache_control import CachePolicy
from gateway.monitoring import Recorder
from gateway.pipeline.graphql_request import GraphQLResponse
from graphql_http import GraphQLRequest

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
        recorder: What counts it once it is answered; None until its operation is known.
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
        outcome: What metrics count: ok, partial, refused, gone or fault.
        status: The HTTP status for `application/graphql-response+json`, and for errors of the protocol
            itself.
        well_formed: Whether the request was a GraphQL request at all.
        headers: Additional headers.
        cache_policy: For how long it may be cached if it answers a GET; None for not at all.
    """

    content: bytes
    outcome: str
    status: int = 200
    well_formed: bool = True
    headers: tuple[tuple[bytes, bytes], ...] = ()
    cache_policy: CachePolicy | None = None


class ResponsePipeline(Protocol):
    """Takes requests the whole way: the pipeline, or one that also observes requests."""

    def respond(self, request: HttpRequest, /) -> Awaitable[Response]:
        """Return the response to a request; awaiting it raises `RequestError` if the request is refused."""
        ...


def encode(
    response: GraphQLResponse, outcome: str | None = None, cache_policy: CachePolicy | None = None
) -> Response:
    """Encode a response as JSON; without an outcome, its errors decide, and with errors it is not cached."""
    if outcome is None:
        outcome = "partial" if "errors" in response.body else "ok"
    # Extensions, such as the cost, are for the client that asked for them.
    if cache_policy is not None and (outcome != "ok" or "extensions" in response.body):
        cache_policy = None
    content = orjson.dumps(response.body)
    return Response(content, outcome, response.status, response.well_formed, cache_policy=cache_policy)
