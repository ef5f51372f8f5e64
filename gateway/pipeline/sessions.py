"""The sessions of requests: how they are found before anything is planned, and what is known of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from gateway.pipeline.access.requirements import Granted
from gateway.pipeline.identification import CustomerOf
from gateway.pipeline.stages import HttpRequest

Authenticate: TypeAlias = Callable[[Mapping[str, str]], Awaitable[object]]
"""Returns the session for a request's headers, or raises `Unauthenticated`.

Subgraphs in this process get the session as the third argument of `SubgraphOperation`.
"""

AuthenticateCached: TypeAlias = Callable[[Mapping[str, str]], object]
"""Returns what `Authenticate` would return for the headers that subgraphs may see, or None if `Authenticate`
must be awaited.
"""

ExpiresOf: TypeAlias = Callable[[object], float | None]
"""Returns when a session expires, in seconds since the epoch; None if it never expires or is unknown."""

AccessOf: TypeAlias = Callable[[object], Granted]
"""Returns the rights of a session."""

CHALLENGE: Final = 'Bearer error="invalid_token"'
"""The response's `WWW-Authenticate` for a refused token (RFC 6750, section 3.1)."""


class Session(Struct, frozen=True):
    """The session of a request, as the gateway itself makes it from a bearer token.

    Attributes:
        issuer: The issuer of the token; None for an anonymous request.
        claims: The token's claims; empty for an anonymous request.
        expires: Until when the token is valid, in seconds since the epoch; None for an anonymous request.
    """

    issuer: str | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)
    expires: float | None = None


class Sessions(Struct, frozen=True):
    """The sessions of requests: of the application, or of a feature.

    Attributes:
        authenticate: Called for every request without a cached session: it gets the headers, and returns the
            session, or raises `Unauthenticated` to refuse the request. None allows every request.
        authenticate_cached: Called first, if set, with the headers that subgraphs may see; saves awaiting
            `authenticate` for a known session.
        customer_of: Returns the key of a session's customer, or None; None if no customers are known.
        expires_of: Returns when a session ends, which ends its subscriptions; None if sessions do not end.
        access_of: Returns the rights of a session for `@authenticated` and `@requiresScopes`; None if a
            session is authenticated unless it is None, and has the scopes of its claims.
    """

    authenticate: Authenticate | None = None
    authenticate_cached: AuthenticateCached | None = None
    customer_of: CustomerOf | None = None
    expires_of: ExpiresOf | None = None
    access_of: AccessOf | None = None

    @property
    def is_used(self) -> bool:
        """Whether requests may have sessions."""
        return self.authenticate is not None or self.authenticate_cached is not None

    @property
    def is_required(self) -> bool:
        """Whether requests need a session."""
        return self.authenticate is not None

    def found_by(self, other: Sessions) -> Sessions:
        """Return the sessions that others find; what is known of sessions here comes first."""
        return replace(
            other,
            customer_of=self.customer_of or other.customer_of,
            expires_of=self.expires_of or other.expires_of,
            access_of=self.access_of or other.access_of,
        )

    def cached(self, forwarded: Mapping[str, str]) -> object:
        """Return the session if it is known without waiting, else None."""
        return None if self.authenticate_cached is None else self.authenticate_cached(forwarded)

    async def session(self, request: HttpRequest) -> object:
        """Return the session of a request.

        Raises:
            Unauthenticated: The request has no valid session.
        """
        return None if self.authenticate is None else await self.authenticate(request.text_headers)
