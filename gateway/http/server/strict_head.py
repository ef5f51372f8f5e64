"""Checks the headers by which two servers might disagree on where a request ends, or to whom it goes."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from gateway.http.headers import RawHeaders

DECISIVE: Final = frozenset({b"host", b"transfer-encoding"})
"""The headers that are checked here. The parser itself refuses a repeated or wrong Content-Length, and one
beside Transfer-Encoding."""

HOST: Final = re.compile(rb"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+(?::[0-9]*)?|\[[0-9A-Fa-f:.]+\](?::[0-9]*)?")
"""A name or an address with or without a port. RFC 3986 allows more characters, which no name has."""


PIECE: Final = 8 * 1024
"""The most of a chunked body that is parsed at once: so exact is the limit on what frames it."""

CHUNK_BYTES: Final = 20
"""What may frame a chunk without counting: sixteen digits and the ends of two lines."""


def size(url: bytes, headers: RawHeaders) -> int:
    """Return the bytes of a head, without what separates its parts."""
    return len(url) + sum(len(name) + len(value) for name, value in headers)


def refusal(decisive: RawHeaders, version: str) -> HTTPStatus | None:
    """Return the status with which a request is refused; None if it is in order.

    Args:
        decisive: The headers of the request that are named in `DECISIVE`, in their order.
        version: The version of HTTP, such as 1.1. HTTP/1.0 knows neither header: Host may be missing (health
            checks of load balancers leave it out), and Transfer-Encoding makes it faulty (RFC 9112, 6.1).
    """
    hosts = [value.strip(b" \t") for name, value in decisive if name == b"host"]
    codings = [value.strip(b" \t").lower() for name, value in decisive if name != b"host"]
    # RFC 9112, 3.2: missing, repeated or invalid.
    if len(hosts) > 1 or (not hosts and version != "1.0"):
        return HTTPStatus.BAD_REQUEST
    if hosts and HOST.fullmatch(hosts[0]) is None:
        return HTTPStatus.BAD_REQUEST
    if codings and version == "1.0":
        return HTTPStatus.BAD_REQUEST
    if codings and (len(codings) > 1 or codings[0] != b"chunked"):
        return HTTPStatus.NOT_IMPLEMENTED
    return None
