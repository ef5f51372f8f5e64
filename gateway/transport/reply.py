"""Parses the replies on one connection, completely and within limits."""

from __future__ import annotations

from typing import Final

import httptools
import msgspec

from foundation.decompression import GzipReader, TooMuch
from foundation.graphql_http.media import content_codings
from gateway.errors import ReplyTooLarge, SubgraphUnreachable

HEAD_BYTES: Final = 64 * 1024
"""The most bytes of a reply's head, more than any needs."""

FRAMING: Final = 8
"""The most bytes read per byte of a body: chunks have lengths, and may be short."""

FIRST_FINAL: Final = 200
"""The first final status; lower ones announce another reply."""


HEAD_END: Final = b"\r\n\r\n"

KNOWN_HEADS: Final = 256
"""How many heads are remembered at most for the connections to one subgraph."""


class Reply(msgspec.Struct, frozen=True, gc=False):
    """A complete reply."""

    status: int
    body: bytes


class KnownHead(msgspec.Struct, frozen=True, gc=False):
    """What the parser has found in the head of a reply that declares its length.

    Attributes:
        size: The number of bytes of the body.
        is_kept: Whether the connection can serve another request.
    """

    status: int
    size: int
    is_kept: bool


class Unwanted(ValueError):
    """A reply has an unacceptable form or size."""


class TooLarge(Unwanted):
    """A reply is longer than the limit."""


class ReplyReader:
    """Parses replies with httptools, whose llhttp is strict.

    A whole reply whose head is, byte for byte, one that was parsed before needs no parser.

    Args:
        limit: The most bytes of a body.
        reads_gzip: Whether bodies may be compressed.
        heads: The heads that the connections to the subgraph have parsed.

    Attributes:
        read: How many bytes of the present reply the parser has read.
        is_kept: Whether the connection can serve another request after the last reply.
    """

    __slots__ = (
        "_complete",
        "_framed",
        "_gzip",
        "_heads",
        "_in_head",
        "_limit",
        "_parser",
        "_parts",
        "_reads_gzip",
        "_size",
        "_spoilt",
        "is_kept",
        "read",
    )

    def __init__(
        self,
        limit: int,
        *,
        reads_gzip: bool = False,
        heads: dict[bytes, KnownHead] | None = None,
    ) -> None:
        self._limit = limit
        self._heads = {} if heads is None else heads
        self._reads_gzip = reads_gzip
        self._gzip: GzipReader | None = None
        self._parser = httptools.HttpResponseParser(self)
        self.is_kept = False
        self._spoilt = False
        self.expect()

    def expect(self) -> None:
        """Prepare for the next reply."""
        self._parts: list[bytes] = []
        self.read = self._size = 0
        self._complete = self._framed = False
        self._in_head = True
        self._gzip = None

    def feed(self, data: bytes) -> Reply | None:
        """Read a part of a reply, and return the reply once it is complete.

        Raises:
            SubgraphUnreachable: The data is not HTTP, too long, or of an unacceptable form.
        """
        if not self.read:
            end = data.find(HEAD_END) + len(HEAD_END)
            known = self._heads.get(data[:end])
            if known is not None and len(data) == end + known.size:
                self.is_kept = known.is_kept
                return Reply(known.status, data[end:])
        if self.read > HEAD_BYTES + (0 if self._in_head else FRAMING * self._limit):
            raise ReplyTooLarge("sent too many bytes for one reply")
        self.read += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            kind = ReplyTooLarge if isinstance(error.__context__, TooLarge) else SubgraphUnreachable
            raise kind(f"sent {error.__context__}") from error
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self._complete:
                raise SubgraphUnreachable(f"does not speak HTTP/1.1: {error}") from error
            self._spoilt = True
        return self._whole(data) if self._complete else None

    def end(self) -> Reply | None:
        """Return the reply that the end of the connection completes, if its length was not declared."""
        if self._complete or self._in_head or self._framed or self._is_cut_short():
            return None
        return self._whole(b"")

    def on_message_begin(self) -> None:
        """Handle the first byte of a reply."""
        if self._complete:
            # a second reply, without a request
            self._spoilt = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Record how the body is framed, from a header or trailer."""
        lowered = name.lower()
        if lowered in (b"content-length", b"transfer-encoding"):
            self._framed = True
        elif lowered == b"content-encoding" and not self._complete:
            codings = content_codings(value.decode("latin-1"))
            if not codings:
                return
            # A repeated one, or one in a trailer, is unacceptable too.
            if not self._reads_gzip or codings != ["gzip"] or self._gzip or not self._in_head:
                raise Unwanted("a content encoding that was not requested")
            self._gzip = GzipReader(self._limit)

    def on_headers_complete(self) -> None:
        """Handle the end of a head."""
        self._in_head = False

    def on_body(self, body: bytes) -> None:
        """Add a part of a body."""
        if self._complete:
            return
        if self._gzip is not None:
            try:
                body = self._gzip.feed(body)
            except TooMuch as error:
                raise TooLarge(f"more than {self._limit} bytes") from error
        self._size += len(body)
        if self._size > self._limit:
            raise TooLarge(f"more than {self._limit} bytes")
        self._parts.append(body)

    def on_message_complete(self) -> None:
        """Handle the end of a reply."""
        if self._complete:
            return
        if self._parser.get_status_code() < FIRST_FINAL:
            self._in_head, self._framed = True, False
            self._gzip = None
            return
        if self._is_cut_short():
            raise Unwanted("a compressed body that is cut short")
        self._complete = True
        self.is_kept = self._parser.should_keep_alive()

    def _is_cut_short(self) -> bool:
        return self._gzip is not None and not self._gzip.is_whole

    def _whole(self, data: bytes) -> Reply:
        """Return the reply, and remember its head if all of it is in these last bytes."""
        parts = self._parts
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        reply = Reply(self._parser.get_status_code(), body)
        if self._spoilt:
            self.is_kept = False
        elif len(data) == self.read and self._gzip is None:
            end = data.find(HEAD_END) + len(HEAD_END)
            if len(data) == end + len(body):
                if len(self._heads) >= KNOWN_HEADS:
                    self._heads.clear()
                self._heads[data[:end]] = KnownHead(reply.status, len(body), self.is_kept)
        return reply
