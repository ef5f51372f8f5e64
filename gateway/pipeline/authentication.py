"""Authenticates requests before anything is planned for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

from gateway.pipeline.stages import HttpRequest

Authenticate: TypeAlias = Callable[[Mapping[str, str]], Awaitable[object]]
"""Returns the session for a request's headers, or raises `Unauthenticated`.

Subgraphs in this process get the session as the third argument of `SubgraphOperation`.
"""

ExpiresOf: TypeAlias = Callable[[object], float | None]
"""Returns when a session expires, in seconds since the epoch; None if it never expires or is unknown."""

AuthenticateCached: TypeAlias = Callable[[Mapping[str, str]], object]
"""Returns what `Authenticate` would return for the headers that subgraphs may see, or None if `Authenticate`
must be awaited.
"""


class Authentication(Struct, frozen=True):
    """Finds the session of a request.

    Attributes:
        authenticate: Called for every request without a cached session; None allows every request.
        authenticate_cached: Called first, if set; saves awaiting `authenticate` for a known session.
    """

    authenticate: Authenticate | None = None
    authenticate_cached: AuthenticateCached | None = None

    @property
    def is_used(self) -> bool:
        """Whether requests may have sessions."""
        return self.authenticate is not None or self.authenticate_cached is not None

    @property
    def is_required(self) -> bool:
        """Whether requests need a session."""
        return self.authenticate is not None

    def cached(self, forwarded: Mapping[str, str]) -> object:
        """Return the session if it is known without waiting, else None."""
        return None if self.authenticate_cached is None else self.authenticate_cached(forwarded)

    async def session(self, request: HttpRequest) -> object:
        """Return the session of a request.

        Raises:
            Unauthenticated: The request has no valid session.
        """
        return None if self.authenticate is None else await self.authenticate(request.text_headers)
