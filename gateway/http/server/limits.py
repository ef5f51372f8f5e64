"""Limits on what a client may send, and on how long it may take."""

from __future__ import annotations

from msgspec import Struct

from gateway.settings import GatewaySettings


class ClientLimits(Struct, frozen=True):
    """Limits of a connection; a client that exceeds one is disconnected.

    Attributes:
        head_bytes: The longest request line and headers together.
        headers: The most headers.
        head_seconds: Time from the connection, or from a request's first byte, to the end of its headers.
        body_seconds: Time from the end of the headers to the end of the body.
        idle_seconds: How long a connection may be idle between requests, or leave much of its replies unread.
        names: The names that `Host` may have, in lower case; None if it may be anything.
    """

    head_bytes: int = 16 * 1024
    headers: int = 64
    head_seconds: float = 5.0
    body_seconds: float = 5.0
    idle_seconds: float = 60.0
    names: frozenset[bytes] | None = None

    @classmethod
    def of(cls, settings: GatewaySettings) -> ClientLimits:
        """Build the limits from the settings."""
        return cls(
            head_bytes=settings.http.head_bytes,
            headers=settings.http.headers,
            head_seconds=settings.http.head_seconds,
            body_seconds=settings.http.body_seconds,
            idle_seconds=settings.http.idle_seconds,
        )
