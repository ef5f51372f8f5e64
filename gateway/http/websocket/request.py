"""Presents a WebSocket message to the pipeline as a request."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any, TypeVar

from gateway.http.headers import Headers
from gateway.monitoring import Recorder
from graphql_http import GraphQLRequest, read_body
from graphql_http.parts import LATEST, IncrementalSpec

T = TypeVar("T")


class WebSocketClient:
    """The client at the other end of a WebSocket.

    Attributes:
        address: The peer's address, which may be a proxy's; None if unknown.
        admitted: Always False, because admission control counts each operation separately.
    """

    __slots__ = ("address", "admitted")

    def __init__(self, address: str | None) -> None:
        self.address = address
        self.admitted = False

    def until_disconnect(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Return the work itself: a lost connection cancels the operation's task."""
        return work


class WebSocketRequest:
    """The payload of a `subscribe` message as a POST request with the headers of its connection.

    Attributes:
        client: The client at the other end of the connection.
        headers: The headers by lower-case name, including those that `connection_init` added.
        forwarded: The headers that subgraphs may see.
        recorder: Counts the request; None until its operation is known.
    """

    __slots__ = ("_body", "client", "forwarded", "headers", "recorder")

    def __init__(
        self,
        client: WebSocketClient,
        headers: Mapping[bytes, bytes],
        forwarded: dict[str, str],
        body: bytes = b"",
    ) -> None:
        self.client = client
        self.headers = headers
        self.forwarded = forwarded
        self.recorder: Recorder | None = None
        self._body = body

    @property
    def method(self) -> str:
        """Always POST, so that mutations are allowed."""
        return "POST"

    @property
    def peer(self) -> str | None:
        """The peer's address."""
        return self.client.address

    @property
    def text_headers(self) -> Mapping[str, str]:
        """All headers as text."""
        return Headers(self.headers)

    def incremental_spec(self) -> IncrementalSpec:
        """Return the latest format of a response in parts."""
        return LATEST

    def arrived_body(self) -> bytes | None:
        """Return the body."""
        return self._body

    async def read_body(self) -> bytes | None:
        """Return the body."""
        return self._body

    def parse(self, body: bytes | None) -> GraphQLRequest:
        """Parse the body.

        Raises:
            RequestError: It is not a GraphQL request.
        """
        return read_body(body or b"", ids_are_documents=True)

    def forget_body(self) -> None:
        """Free the body of a started operation, which may last for hours."""
        self._body = b""
