"""Presents a request that came inside of something else, a WebSocket message or a batch, to the pipeline."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any, TypeVar

from foundation.graphql_http import GraphQLRequest, read_body
from foundation.graphql_http.media import IncrementalSpec
from gateway.http.headers import Headers
from gateway.monitoring import Recorder

T = TypeVar("T")


class InnerClient:
    """The client at the other end of the connection.

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


class InnerRequest:
    """A body as a POST request, with the headers of what it came in.

    Attributes:
        client: The client at the other end of the connection.
        headers: The headers by lower-case name.
        forwarded: The headers that subgraphs may see.
        recorder: Counts the request; None until its operation is known.
    """

    __slots__ = ("_body", "client", "forwarded", "headers", "recorder")

    def __init__(
        self,
        client: InnerClient,
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

    def incremental_spec(self) -> IncrementalSpec | None:
        """Return the format of responses in parts; None to send them as a whole."""
        return None

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
