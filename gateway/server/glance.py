"""A glance at what was read from a connection: enough to refuse a request without a parser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gateway.door import Door
from gateway.server.limits import ClientLimits

END: Final = b"\r\n\r\n"
LENGTH: Final = b"\r\ncontent-length:"
DIGITS: Final = 9
UNUSUAL: Final = re.compile(
    rb"\n(?:transfer-encoding|upgrade|expect|connection(?!: keep-alive\r))", re.IGNORECASE
)
"""What makes a request another one than it seems, or wants more than a reply."""


@dataclass(frozen=True, slots=True)
class Glance:
    """Knows requests to a door that are as most are, from their first byte to their last.

    Whatever it does not know for sure is the parser's: anything but one whole message, whose length is said
    once, on a connection that is kept.

    Attributes:
        line: The request line.
        head_bytes: The longest head.
        headers: The most headers.
    """

    line: bytes
    head_bytes: int
    headers: int

    @classmethod
    def at(cls, door: Door, limits: ClientLimits) -> Glance:
        """For a door."""
        return cls(b"%b %b HTTP/1.1\r\n" % (door.method, door.target), limits.head_bytes, limits.headers)

    def is_whole(self, data: bytes) -> bool:
        """Whether data are one such request and nothing else."""
        if not data.startswith(self.line):
            return False
        end = data.find(END)
        if not 0 < end <= self.head_bytes:
            return False
        lines = data.count(b"\n", 0, end)
        # A lone line feed is an end of line for some readers and none for others.
        if lines > self.headers or lines != data.count(b"\r\n", 0, end) or UNUSUAL.search(data, 0, end + 2):
            return False
        head = data[: end + 2].lower()
        begin = head.find(LENGTH) + len(LENGTH)
        if begin < len(LENGTH) or head.find(LENGTH, begin) >= 0:
            return False
        length = head[begin : head.find(b"\r", begin)].strip(b" \t")
        return length.isdigit() and len(length) <= DIGITS and end + len(END) + int(length) == len(data)
