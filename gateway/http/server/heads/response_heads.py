"""Heads of replies as bytes, rebuilt once a second because they contain the date."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from gateway.http.admission import RETRY_AFTER
from gateway.http.fast_path import FastPath
from gateway.http.headers import RawHeaders

STATUS_LINES: Final = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}

MAX_KEPT_RESTS: Final = 64

WRONG_HOST: Final = b"This server answers only to its own host names.\n"
"""What a person reads whose proxy has another name."""


class ResponseHeads:
    """Caches the heads of replies for as long as uvicorn keeps its list of default headers."""

    __slots__ = (
        "_fixed",
        "_heads",
        "_latest",
        "_latest_rest",
        "_listed",
        "_refusal",
        "_refused_with",
        "_rests",
    )

    def __init__(self) -> None:
        self._listed: RawHeaders | None = None
        self._fixed = b""
        self._heads: dict[tuple[int, bytes], bytes] = {}
        self._latest: RawHeaders | None = None
        self._latest_rest = b""
        self._rests: dict[tuple[tuple[bytes, bytes], ...], bytes] = {}
        self._refused_with: RawHeaders | None = None
        self._refusal = b""

    def fixed(self, headers: RawHeaders) -> bytes:
        """Return the default headers as bytes; uvicorn creates a new list of them each second."""
        if headers is not self._listed:
            self._listed = headers
            self._fixed = b"".join(b"%b: %b\r\n" % each for each in headers)
            self._heads.clear()
        return self._fixed

    def head(self, status: int, content_type: bytes, headers: RawHeaders) -> bytes:
        """Return the head of a reply, up to the length of its body."""
        if headers is self._listed:
            head = self._heads.get((status, content_type))
            if head is not None:
                return head
        parts = (STATUS_LINES[status], self.fixed(headers), b"content-type: ", content_type)
        head = self._heads[status, content_type] = b"".join((*parts, b"\r\ncontent-length: "))
        return head

    def streamed(self, status: int, content_type: bytes, headers: RawHeaders) -> bytes:
        """Return the head of a reply whose length is not known, up to its content type."""
        return b"".join((STATUS_LINES[status], self.fixed(headers), b"content-type: ", content_type))

    def rest(self, headers: RawHeaders, *, keep_alive: bool) -> bytes:
        """Return the end of a head: additional headers, and whether the connection is closed."""
        if headers is self._latest and keep_alive:
            return self._latest_rest
        headers = tuple(headers)
        known = self._rests.get(headers) if keep_alive else None
        if known is not None:
            self._latest, self._latest_rest = headers, known
            return known
        lines = [b"\r\n%b: %b" % each for each in headers]
        if not keep_alive:
            return b"".join((*lines, b"\r\nconnection: close\r\n\r\n"))
        rest = b"".join((*lines, b"\r\n\r\n"))
        if len(self._rests) >= MAX_KEPT_RESTS:
            self._rests.clear()  # most entries serve one response only; the others are soon rebuilt
        self._rests[headers] = rest
        return rest

    def bodiless(self, status: int, headers: RawHeaders) -> bytes:
        """Return the head of a reply that never has a body, up to the end of its last line."""
        return (STATUS_LINES[status] + self.fixed(headers)).removesuffix(b"\r\n")

    def refusal(
        self, fast_path: FastPath, headers: RawHeaders, *, more: RawHeaders = (), is_kept: bool = True
    ) -> bytes:
        """Return the complete reply to a request that is not admitted.

        Args:
            fast_path: The fast path, which has the body of the refusal.
            headers: uvicorn's default headers.
            more: Additional headers of this reply.
            is_kept: Whether the connection is kept open after the reply.
        """
        if headers is not self._refused_with:
            self._refused_with = headers
            head = STATUS_LINES[HTTPStatus.SERVICE_UNAVAILABLE] + self.fixed(headers)
            rest = b"content-type: application/json\r\nretry-after: %b\r\ncontent-length: %d\r\n\r\n"
            self._refusal = head + rest % (RETRY_AFTER, len(fast_path.refusal)) + fast_path.refusal
        if not is_kept:
            more = (*more, (b"connection", b"close"))
        if not more:
            return self._refusal
        lines = b"".join(b"\r\n%b: %b" % each for each in more)
        return self._refusal.replace(b"\r\n", lines + b"\r\n", 1)

    def closing(self, status: HTTPStatus, headers: RawHeaders) -> bytes:
        """Return a complete reply that closes its connection; only the one about a host has a body."""
        body = WRONG_HOST if status == HTTPStatus.MISDIRECTED_REQUEST else b""
        rest = b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        return STATUS_LINES[status] + self.fixed(headers) + rest + body
