"""One request over HTTP/2 and its reply."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from gateway.decompression import Broken, GzipReader, TooMuch
from gateway.errors import ReplyTooLarge, SubgraphUnreachable
from gateway.transport.http2.request import HeaderList
from gateway.transport.reply import Reply

STATUS_DIGITS: Final = 3


class Connection(Protocol):
    """What a request knows of the connection that carries it."""

    def give_up(self, job: Http2Job) -> None:
        """Reset the stream of a request."""


@dataclass(eq=False, slots=True)
class Http2Job:
    """A request and its outcome.

    Attributes:
        headers: The headers of this request alone.
        body: The body.
        outcome: The reply, the error, or None if the subgraph speaks only HTTP/1.1.
        connection: The connection that carries the request; None before and after.
        stream: The number of its stream on the connection.
        was_refused: Whether a connection has refused it unprocessed.
    """

    headers: HeaderList
    body: bytes
    outcome: asyncio.Future[Reply | SubgraphUnreachable | None]
    connection: Connection | None = None
    stream: int = 0
    was_refused: bool = False

    def settle(self, outcome: Reply | SubgraphUnreachable | None) -> None:
        """Set the outcome, unless there is one or nobody waits for it."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def give_up(self) -> None:
        """Reset the stream, so that the subgraph notices that nobody waits for the reply."""
        if self.connection is not None:
            self.connection.give_up(self)


@dataclass(eq=False, slots=True)
class Stream:
    """The unsent part of a request, and the received part of its reply.

    Attributes:
        job: The request.
        limit: The most bytes of a reply's body.
        reads_gzip: Whether the body may be compressed.
        keeps_headers: Whether the reply comes with its headers.
        unsent: The part of the request's body that the peer has not allowed yet.
    """

    job: Http2Job
    limit: int
    reads_gzip: bool
    keeps_headers: bool
    unsent: memoryview
    _status: int = 0
    _headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0
    _gzip: GzipReader | None = None

    @property
    def has_begun(self) -> bool:
        """Whether a part of the reply has arrived."""
        return self._status > 0

    def begin(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Read the head of the reply; h2 has checked its form.

        Raises:
            SubgraphUnreachable: The content encoding was not requested, or the status is invalid.
        """
        for name, value in headers:
            if name == b":status":
                if len(value) != STATUS_DIGITS or not value.isdigit():
                    raise SubgraphUnreachable("sent an invalid status")
                self._status = int(value)
            elif name == b"content-encoding" and value.lower() != b"identity":
                if not self.reads_gzip or value.lower() != b"gzip" or self._gzip is not None:
                    raise SubgraphUnreachable("sent a content encoding that was not requested")
                self._gzip = GzipReader(self.limit)
            if self.keeps_headers and not name.startswith(b":"):
                self._headers.append((name, value))

    def feed(self, body: bytes) -> None:
        """Add a part of the reply's body.

        Raises:
            SubgraphUnreachable: The body is too long, or not compressed correctly.
        """
        try:
            if self._gzip is not None:
                body = self._gzip.feed(body) if body else b""
        except TooMuch as error:
            raise ReplyTooLarge(f"sent more than {self.limit} bytes") from error
        except Broken as error:
            raise SubgraphUnreachable(f"sent {error}") from error
        self._size += len(body)
        if self._size > self.limit:
            raise ReplyTooLarge(f"sent more than {self.limit} bytes")
        if body:
            self._parts.append(body)

    def whole(self) -> Reply:
        """Return the complete reply.

        Raises:
            SubgraphUnreachable: The body is cut short.
        """
        if self._gzip is not None and not self._gzip.is_whole:
            raise SubgraphUnreachable("sent a compressed body that is cut short")
        parts = self._parts
        return Reply(self._status, parts[0] if len(parts) == 1 else b"".join(parts), tuple(self._headers))
