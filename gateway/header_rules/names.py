"""Names of headers, and the names that no rule may use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from typing import Annotated, Final

from pydantic import AfterValidator

TOKEN: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
"""A header's name in lower case (RFC 9110, 5.6.2)."""

HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that concern a single connection (RFC 9110, 7.6.1)."""

OF_REQUESTS: Final = HOP_BY_HOP | {
    "accept",
    "accept-encoding",
    "content-digest",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "http2-settings",
    "signature",
    "signature-input",
    "subgraph-name",
    "user-agent",
}
"""Headers that the gateway itself sends to subgraphs."""

OF_RESPONSES: Final = HOP_BY_HOP | {
    "accept-ranges",
    "age",
    "allow",
    "alt-svc",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "location",
    "server",
    "vary",
    "www-authenticate",
}
"""Headers that the gateway itself sends to clients, or that would be wrong for a response of several
subgraphs.
"""

CROSS_ORIGIN: Final = "access-control-"
"""CORS headers: the gateway decides which pages may read a response, not subgraphs."""


def _checked_name(name: str) -> str:
    lowered = name.lower()
    if TOKEN.fullmatch(lowered) is None:
        raise ValueError(f"{name!r} is not a header name")
    return lowered


def _checked_pattern(pattern: str) -> str:
    lowered = pattern.lower()
    if TOKEN.fullmatch(lowered) is None or not lowered.strip("*"):
        raise ValueError(f"{pattern!r} is not a pattern such as x-trace-*")
    return lowered


def _checked_value(value: str) -> str:
    if any(ord(each) < 0x20 or ord(each) == 0x7F for each in value):  # noqa: PLR2004 - control characters
        raise ValueError("control characters cannot be sent")
    return value


Name = Annotated[str, AfterValidator(_checked_name)]
"""A header's name, in lower case."""

Pattern = Annotated[str, AfterValidator(_checked_pattern)]
"""Names with `*` for any characters."""

Value = Annotated[str, AfterValidator(_checked_value)]
"""A header's value without control characters."""


def expression(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """Return a regular expression for the names that any of the patterns matches; None without patterns."""
    each = [translate(pattern.replace("[", "[[]").replace("?", "[?]")) for pattern in sorted(set(patterns))]
    return re.compile("|".join(each)) if each else None


def is_own_of_requests(name: str) -> bool:
    """Return whether only the gateway may send this header to subgraphs."""
    return name in OF_REQUESTS


def is_of_client(name: str) -> bool:
    """Return whether a pattern may pass on this header: none that the gateway sends or has added."""
    return not name.startswith(":") and name not in OF_REQUESTS


def is_own_of_responses(name: str) -> bool:
    """Return whether only the gateway may send this header to clients."""
    return name in OF_RESPONSES or name.startswith(CROSS_ORIGIN)


def text(value: object) -> str | None:
    """Return a claim as a header value, decoded as Latin-1 like all headers; None if it cannot be one.

    HTTP drops blanks at both ends of a value, and commas separate the parts of a list. A text with such
    blanks, or a part with a comma, would be read as another, so neither can be a value.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            printable = all(ord(each) >= 0x20 and ord(each) != 0x7F for each in value)  # noqa: PLR2004
            return value.encode().decode("latin-1") if printable and value == value.strip(" ") else None
        case list() | tuple():
            parts = [None if isinstance(each, list | tuple) else text(each) for each in value]
            if any(each is None or "," in each for each in parts):
                return None
            return ",".join(each for each in parts if each is not None)
        case _:
            return None
