"""Checks the headers that could make two servers disagree on where a request ends or where it goes."""

from __future__ import annotations

import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from gateway.http.headers import RawHeaders

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
