"""Recognizes a complete, ordinary request by its bytes, so that it can be refused without parsing."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from gateway.http.graph_versions import ServedGraph
from gateway.http.headers import RawHeaders
from gateway.http.server.limits import ClientLimits

END: Final = b"\r\n\r\n"
HOST: Final = b"\r\nhost:"
ORIGIN: Final = re.compile(rb"\r\norigin:[ \t]*([^\r\n]*)", re.IGNORECASE)
LENGTH: Final = b"\r\ncontent-length:"
DIGITS: Final = 9
UNUSUAL: Final = re.compile(
    rb"\n(?:transfer-encoding|upgrade|expect|connection(?!: keep-alive\r))", re.IGNORECASE
)
"""Headers that change the framing of a request, or ask for more than a reply."""


class RequestSniffer(Struct, frozen=True):
    """Recognizes complete, ordinary requests for the fast path.

    Recognized is exactly one message, with one Host and one Content-Length, on a connection that is kept
    alive. Everything else is left to the parser.

    Attributes:
        line: The request line.
        head_bytes: The longest head.
        headers: The most headers.
    """

    line: bytes
    head_bytes: int
    headers: int

    @classmethod
    def of(cls, fast_path: ServedGraph, limits: ClientLimits) -> RequestSniffer:
        """Build the sniffer for a fast path."""
        return cls(
            b"%b %b HTTP/1.1\r\n" % (fast_path.method, fast_path.target), limits.head_bytes, limits.headers
        )

    @staticmethod
    def origins(data: bytes) -> RawHeaders:
        """Return the `Origin` headers of a request that is complete."""
        return [(b"origin", value) for value in ORIGIN.findall(data, 0, data.find(END) + 2)]

    def is_complete(self, data: bytes) -> bool:
        """Return whether data is exactly one such request."""
        if not data.startswith(self.line):
            return False
        end = data.find(END)
        if not 0 < end <= self.head_bytes:
            return False
        lines = data.count(b"\n", 0, end)
        # Readers disagree on whether a lone line feed ends a line.
        if lines > self.headers or lines != data.count(b"\r\n", 0, end) or UNUSUAL.search(data, 0, end + 2):
            return False
        head = data[: end + 2].lower()
        if head.count(HOST) != 1:
            return False
        begin = head.find(LENGTH) + len(LENGTH)
        if begin < len(LENGTH) or head.find(LENGTH, begin) >= 0:
            return False
        length = head[begin : head.find(b"\r", begin)].strip(b" \t")
        return length.isdigit() and len(length) <= DIGITS and end + len(END) + int(length) == len(data)
