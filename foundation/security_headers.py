"""Security headers for browsers: no guessed content types, no leaked addresses, no foreign scripts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

RawHeaders: TypeAlias = tuple[tuple[bytes, bytes], ...]


EVERY_RESPONSE: Final = (("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"))
"""The headers of all responses of our servers; ASGI applications on other servers add them themselves."""

NO_FEATURES: Final = ", ".join(
    f"{name}=()" for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)
"""The value of `Permissions-Policy` for pages, which use none of these features."""

# GraphiQL's editors set element styles, and create workers from blob URLs.
GRAPHIQL_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
"""The value of `Content-Security-Policy` for GraphiQL: its own files, and requests to its own gateway."""


def every_response(hsts_seconds: int = 0) -> list[tuple[str, str]]:
    """Return the headers of all responses of a server.

    Args:
        hsts_seconds: How long browsers should use only TLS for the host (HSTS); 0 to send no such header.
    """
    hsts = [("strict-transport-security", f"max-age={hsts_seconds}")] if hsts_seconds else []
    return [*EVERY_RESPONSE, *hsts]


def encoded(headers: Iterable[tuple[str, str]]) -> RawHeaders:
    """Return headers as bytes."""
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers)


def page_headers(policy: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of a page, in addition to those of every response.

    Args:
        policy: The page's `Content-Security-Policy`.
    """
    return (("content-security-policy", policy), ("permissions-policy", NO_FEATURES))
