"""One request over HTTP/2 and its reply."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gateway.decompression import Broken, GzipReader, TooMuch
from gateway.errors import ReplyTooLarge, SubgraphUnreachable
from gateway.transport.http2.request import HeaderList
from gateway.transport.reply import Reply

if TYPE_CHECKING:
    from gateway.transport.http2.connection import Http2Connection

STATUS_DIGITS: Final = 3


@dataclass(eq=False, slots=True)
class Http2Job:
    """A request and its outcome.

    Attributes:
        headers: The headers of this request alone.
        body: The body.
        outcome: The reply, the error if there is none, or None if the subgraph speaks only HTTP/1.1.
        connection: The connection that carries the request; None before there is one, and at the end.
        stream: The number of its stream there.
    """

    headers: HeaderList
    body: bytes
    outcome: asyncio.Future[Reply | SubgraphUnreachable | None]
    connection: Http2Connection | None = None
    stream: int = 0

    def settle(self, outcome: Reply | SubgraphUnreachable | None) -> None:
        """Set the outcome, unless there is one or nobody waits for it."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def give_up(self) -> None:
        """Reset the stream, so that the subgraph learns that nobody waits for the reply."""
        if self.connection is not None:
            self.connection.give_up(self)


@dataclass(eq=False, slots=True)
class Stream:
    """What is left of a request to send, and what has arrived of its reply.

    Attributes:
        job: The request.
        limit: The longest body of a reply, in bytes.
        reads_gzip: Whether the body may be compressed.
        keeps_headers: Whether the reply comes with its headers.
        unsent: The part of the request's body that the other side has not allowed yet.
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

    def begin(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Read the head of the reply; h2 has checked its form.

        Raises:
            SubgraphUnreachable: The body is encoded as it was not requested, or its status is none.
        """
        for name, value in headers:
            if name == b":status":
                if len(value) != STATUS_DIGITS or not value.isdigit():
                    raise SubgraphUnreachable("sent a status that is none")
                self._status = int(value)
            elif name == b"content-encoding" and value.lower() != b"identity":
                if not self.reads_gzip or value.lower() != b"gzip" or self._gzip is not None:
                    raise SubgraphUnreachable("sent a content encoding that was not requested")
                self._gzip = GzipReader(self.limit)
            if self.keeps_headers and not name.startswith(b":"):
                self._headers.append((name, value))

    def feed(self, body: bytes) -> None:
        """Keep a part of the reply's body.

        Raises:
            SubgraphUnreachable: The body is too long, or not compressed as it should be.
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
            SubgraphUnreachable: It is cut short.
        """
        if self._gzip is not None and not self._gzip.is_whole:
            raise SubgraphUnreachable("sent a compressed body that is cut short")
        parts = self._parts
        return Reply(self._status, parts[0] if len(parts) == 1 else b"".join(parts), tuple(self._headers))
