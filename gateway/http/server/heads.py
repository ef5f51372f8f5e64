"""The heads of requests and replies: what is ambiguous, their parts in ASGI scopes, and replies as bytes."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Collection
from http import HTTPStatus
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.http.admission import RETRY_AFTER
from gateway.http.graph_versions import ServedGraph
from gateway.http.headers import RawHeaders


def of_connection(protocol: HttpToolsProtocol) -> dict[str, Any]:
    """Return the part of the scope that all requests of a connection share."""
    return {
        "type": "http",
        "asgi": {"version": protocol.asgi_version, "spec_version": "2.3"},
        "server": protocol.server,
        "client": protocol.client,
        "scheme": protocol.scheme,
        "root_path": protocol.root_path,
    }


def target(url: bytes, root_path: str) -> dict[str, Any]:
    """Return the path and the query string of a request's target, under their names in the scope.

    Args:
        url: The target exactly as in the request line: a path, or an absolute URL.
        root_path: The path under which the application is mounted.
    """
    raw_path, _, query = url.partition(b"?")
    if not raw_path.startswith(b"/") or b"#" in query:
        parsed = httptools.parse_url(url)
        raw_path, query = parsed.path or b"/", parsed.query or b""
    path = raw_path.decode("ascii")
    return {
        "path": root_path + (urllib.parse.unquote(path) if "%" in path else path),
        "raw_path": root_path.encode("ascii") + raw_path,
        "query_string": query,
    }


STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}

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
            self._fixed = b"".join(b"%b: %b\r\n" % header for header in headers)
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
        lines = [b"\r\n%b: %b" % header for header in headers]
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
        self, fast_path: ServedGraph, headers: RawHeaders, *, more: RawHeaders = (), is_kept: bool = True
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
        lines = b"".join(b"\r\n%b: %b" % header for header in more)
        return self._refusal.replace(b"\r\n", lines + b"\r\n", 1)

    def closing(self, status: HTTPStatus, headers: RawHeaders) -> bytes:
        """Return a complete reply that closes its connection; only the one about a host has a body."""
        body = WRONG_HOST if status == HTTPStatus.MISDIRECTED_REQUEST else b""
        rest = b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        return STATUS_LINES[status] + self.fixed(headers) + rest + body


DECISIVE: Final = frozenset({b"host", b"transfer-encoding"})
"""The headers that are checked here. The parser itself refuses a repeated or invalid Content-Length, and one
next to Transfer-Encoding.
"""

HOST: Final = re.compile(rb"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+(?::[0-9]*)?|\[[0-9A-Fa-f:.]+\](?::[0-9]*)?")
"""A name or an address, with or without a port. RFC 3986 allows more characters, which no real name uses."""


PIECE: Final = 8 * 1024
"""How many bytes of a chunked body are parsed at once, and so how exact the limit on its framing is."""

CHUNK_BYTES: Final = 20
"""The bytes of a chunk's framing that do not count: sixteen digits and two line ends."""


def size(url: bytes, headers: RawHeaders) -> int:
    """Return the bytes of a head, without the separators of its parts."""
    return len(url) + sum(len(name) + len(value) for name, value in headers)


VERSIONS: Final = ("1.0", "1.1")
"""The versions of HTTP that are answered; the parser also reads 0.9 and 2.0."""

AUTHORITY: Final = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
"""The beginning of an absolute target."""


def addressed(url: bytes, headers: RawHeaders) -> list[tuple[bytes, bytes]]:
    """Return the headers with the authority of an absolute target as their Host (RFC 9112, 3.2.2)."""
    absolute = AUTHORITY.match(url)
    if absolute is None:
        return list(headers)
    return [(b"host", absolute[1]), *(header for header in headers if header[0] != b"host")]


def without_upgrade(method: bytes, url: bytes, version: str, headers: RawHeaders) -> bytes:
    """Return the bytes of a head without `Upgrade`, which a server may ignore (RFC 9110, 7.8)."""
    kept = [b"%b: %b\r\n" % header for header in headers if header[0] != b"upgrade"]
    return b"".join((b"%b %b HTTP/%b\r\n" % (method, url, version.encode()), *kept, b"\r\n"))


def refusal(decisive: RawHeaders, version: str, own: Collection[bytes] | None = None) -> HTTPStatus | None:
    """Return the status with which to refuse a request; None if its headers are in order.

    Args:
        decisive: The request's headers that `DECISIVE` names, in order.
        version: The version of HTTP, such as 1.1. HTTP/1.0 has neither header: Host may be missing (load
            balancers' health checks omit it), and a request with Transfer-Encoding is faulty (RFC 9112, 6.1).
        own: The only host names that are answered, in lower case; None for any.
    """
    hosts = [value.strip(b" \t") for name, value in decisive if name == b"host"]
    codings = [value.strip(b" \t").lower() for name, value in decisive if name != b"host"]
    # RFC 9112, 3.2: missing, repeated or invalid.
    if len(hosts) > 1 or (not hosts and version != "1.0"):
        return HTTPStatus.BAD_REQUEST
    if hosts and HOST.fullmatch(hosts[0]) is None:
        return HTTPStatus.BAD_REQUEST
    if own is not None and (not hosts or _name(hosts[0].lower()) not in own):
        return HTTPStatus.MISDIRECTED_REQUEST
    if codings and version == "1.0":
        return HTTPStatus.BAD_REQUEST
    if codings and (len(codings) > 1 or codings[0] != b"chunked"):
        return HTTPStatus.NOT_IMPLEMENTED
    return None


def _name(host: bytes) -> bytes:
    """Return a host without its port; an address of IPv6 has colons in brackets."""
    name, _, port = host.rpartition(b":")
    return name if name and not port.endswith(b"]") else host
