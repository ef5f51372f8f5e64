"""The session of a connection, which may end before the connection does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # Servers without a gateway, such as a consumer's status port, must not import the planner.
    from gateway.pipeline.components import AuthenticationComponent
    from gateway.pipeline.stages import HttpRequest

CHECK_SECONDS: Final = 5.0
"""How often a session is checked, so that a connection ends within seconds of its token's expiry."""


class LiveSession:
    """The session of a connection.

    Attributes:
        request: The connection's request, whose headers authenticate the client.
        session: The session that was found first.
    """

    __slots__ = ("_authentication", "_next_check", "request", "session")

    def __init__(self, authentication: AuthenticationComponent, request: HttpRequest) -> None:
        self.request = request
        self.session: object = None
        self._authentication = authentication
        self._next_check = 0.0

    def is_known(self) -> bool:
        """Return whether the session is known to be valid without waiting."""
        authentication = self._authentication
        return not authentication.is_required or authentication.cached(self.request.forwarded) is not None

    def look_up(self) -> None:
        """Read the session from the cache."""
        self.session = self._authentication.cached(self.request.forwarded)

    async def renew(self) -> None:
        """Authenticate again.

        Raises:
            Unauthenticated: The session is not valid.
            AuthenticationUnavailable: The session cannot be checked at present.
        """
        known = self._authentication.cached(self.request.forwarded)
        if known is None and self._authentication.is_required:
            known = await self._authentication.session(self.request)
        if self.session is None:
            self.session = known

    def is_due(self, now: float) -> bool:
        """Return whether `renew` is due; `now` is the time of the event loop's clock."""
        if now < self._next_check:
            return False
        self._next_check = now + CHECK_SECONDS
        return not self.is_known()
