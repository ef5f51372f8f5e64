"""Encodes the headers of a request."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

from gateway.errors import UnsendableRequest

HEADER_ENCODING = "latin-1"

Headers: TypeAlias = tuple[tuple[str, str], ...]

KNOWN_HEADERS: Final = 256
"""How many requests' headers are remembered: the fetches of one request have the same."""


@lru_cache(KNOWN_HEADERS)
def header_lines(headers: Headers) -> bytes:
    """Encode headers with the octets that the client sent.

    Raises:
        UnsendableRequest: A header cannot be sent.
    """
    text = "".join([f"{name}: {value}\r\n" for name, value in headers])
    # A line break in a value would be another header.
    if text.count("\n") != len(headers) or text.count("\r") != len(headers) or "\0" in text:
        raise UnsendableRequest("a header cannot be sent")
    try:
        return text.encode(HEADER_ENCODING)
    except UnicodeEncodeError as error:
        raise UnsendableRequest("a header cannot be sent") from error
