"""The session of a request, as the gateway itself makes it from a bearer token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field

CHALLENGE: Final = 'Bearer error="invalid_token"'
"""The response's `WWW-Authenticate` for a refused token (RFC 6750, section 3.1)."""


class Session(Struct, frozen=True):
    """The session of a request.

    Attributes:
        issuer: The issuer of the token; None for an anonymous request.
        claims: The token's claims; empty for an anonymous request.
        expires: Until when the token is valid, in seconds since the epoch; None for an anonymous request.
    """

    issuer: str | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)
    expires: float | None = None
