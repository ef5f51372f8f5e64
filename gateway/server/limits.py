"""What a client may take of a connection."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """What a client may take of a connection; whoever takes more is cut off.

    Attributes:
        head_bytes: For request line and headers.
        headers: How many.
        head_seconds: From the connection, or from a request's first byte, to the end of the headers.
        body_seconds: From there to the end of the body.
        idle_seconds: Between requests.
    """

    head_bytes: int = 16 * 1024
    headers: int = 64
    head_seconds: float = 5.0
    body_seconds: float = 5.0
    idle_seconds: float = 60.0

    @classmethod
    def of(cls, settings: GatewaySettings) -> ClientLimits:
        """As settings have them."""
        return cls(
            head_bytes=settings.head_bytes,
            headers=settings.headers,
            head_seconds=settings.head_seconds,
            body_seconds=settings.body_seconds,
            idle_seconds=settings.idle_seconds,
        )
