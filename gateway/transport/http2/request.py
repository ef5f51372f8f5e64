"""Builds the header list of an HTTP/2 request from the same lines as for HTTP/1.1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from hpack import HeaderTuple, NeverIndexedHeaderTuple

from gateway.errors import UnsendableRequest
from gateway.transport.address import Address

HeaderList: TypeAlias = Sequence[HeaderTuple]

NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
VALUE: Final = re.compile(rb"[^\x00-\x08\x0a-\x1f\x7f]*")
OF_CONNECTIONS: Final = frozenset(
    {b"connection", b"proxy-connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"te", b"host"}
)
"""Headers that HTTP/2 forbids (RFC 9113, section 8.2.2), and the one that `:authority` replaces."""


def pseudo_headers(address: Address) -> list[HeaderTuple]:
    """Return the pseudo-headers of a POST."""
    return [
        HeaderTuple(b":method", b"POST"),
        HeaderTuple(b":scheme", b"https" if address.is_secure else b"http"),
        HeaderTuple(b":authority", address.authority.encode("ascii")),
        HeaderTuple(b":path", address.target.encode("ascii")),
    ]


def fixed_headers(lines: bytes) -> list[HeaderTuple]:
    """Return the headers that all requests share, from their lines."""
    return [HeaderTuple(name, value) for name, value in _parsed(lines)]


def own_headers(lines: bytes, length: int) -> list[HeaderTuple]:
    """Return the headers of one request.

    None of them is ever indexed (RFC 7541, section 7.1.3): the length of what is sent must not help to guess
    tokens and signatures, and other headers would only evict useful entries from the table.

    Raises:
        UnsendableRequest: A header cannot be sent over HTTP/2. All are checked before any is encoded, because
            otherwise the peer's table would no longer match.
    """
    headers: list[HeaderTuple] = []
    for name, value in _parsed(lines):
        if NAME.fullmatch(name) is None or VALUE.fullmatch(value) is None or name in OF_CONNECTIONS:
            raise UnsendableRequest("a header cannot be sent over HTTP/2")
        headers.append(NeverIndexedHeaderTuple(name, value))
    headers.append(NeverIndexedHeaderTuple(b"content-length", b"%d" % length))
    return headers


def _parsed(lines: bytes) -> list[tuple[bytes, bytes]]:
    parts = [line.partition(b":") for line in lines.split(b"\r\n")[:-1]]
    return [(name, value.strip(b" \t")) for name, _, value in parts]
