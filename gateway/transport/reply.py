"""Reads the replies of one connection, one after the other, each whole and within bounds."""

from __future__ import annotations

from typing import Final, NamedTuple

import httptools

from gateway.errors import SubgraphUnreachable

HEAD_BYTES: Final = 64 * 1024
"""The longest head of a reply; nobody needs as much."""

FRAMING: Final = 8
"""How many bytes may come for each byte of an answer: chunks have lengths, and may be short."""

FIRST_FINAL: Final = 200
"""The statuses before it announce another reply."""


class Reply(NamedTuple):
    """A whole reply; all that counts of it."""

    status: int
    body: bytes


class Unwanted(ValueError):
    """What is read is not wanted."""


class ReplyReader:
    """Takes what comes, as httptools' parser finds it; llhttp is strict about it.

    Attributes:
        is_kept: Whether the connection can serve another request after the last reply.
    """

    __slots__ = (
        "_complete",
        "_framed",
        "_in_head",
        "_limit",
        "_parser",
        "_parts",
        "_read",
        "_size",
        "_spoilt",
        "is_kept",
    )

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parser = httptools.HttpResponseParser(self)
        self.is_kept = False
        self._spoilt = False
        self.expect()

    def expect(self) -> None:
        """Begin with another reply."""
        self._parts: list[bytes] = []
        self._read = self._size = 0
        self._complete = self._framed = False
        self._in_head = True

    def feed(self, data: bytes) -> Reply | None:
        """Read on; the reply, once it is whole.

        Raises:
            SubgraphUnreachable: This is no HTTP, or too much, or in a form that was not asked for.
        """
        if self._read > HEAD_BYTES + (0 if self._in_head else FRAMING * self._limit):
            raise SubgraphUnreachable("answered with too much that is no answer")
        self._read += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            raise SubgraphUnreachable(f"answered with {error.__context__}") from error
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self._complete:
                raise SubgraphUnreachable(f"does not speak HTTP/1.1: {error}") from error
            self._spoilt = True
        return self._whole() if self._complete else None

    def end(self) -> Reply | None:
        """The other side has nothing more to say, which ends a reply whose length was not told."""
        if self._complete or self._in_head or self._framed:
            return None
        return self._whole()

    def on_message_begin(self) -> None:
        """The first byte of a reply."""
        if self._complete:
            # Another reply, and nobody has asked for it.
            self._spoilt = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer."""
        lowered = name.lower()
        if lowered in (b"content-length", b"transfer-encoding"):
            self._framed = True
        elif lowered == b"content-encoding" and value.lower() != b"identity" and not self._complete:
            raise Unwanted("a content encoding that was not asked for")

    def on_headers_complete(self) -> None:
        """The end of a head."""
        self._in_head = False

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        if self._complete:
            return
        self._size += len(body)
        if self._size > self._limit:
            raise Unwanted(f"more than {self._limit} bytes")
        self._parts.append(body)

    def on_message_complete(self) -> None:
        """The end of a reply."""
        if self._complete:
            return
        if self._parser.get_status_code() < FIRST_FINAL:
            self._in_head, self._framed = True, False
            return
        self._complete = True
        self.is_kept = self._parser.should_keep_alive()

    def _whole(self) -> Reply:
        if self._spoilt:
            self.is_kept = False
        parts = self._parts
        return Reply(self._parser.get_status_code(), parts[0] if len(parts) == 1 else b"".join(parts))
