"""Request identity: who sends a request, in what language, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from foundation.storage.clock import Clock
from subgraphs.kit.auth.sessions import SessionVerifier, Viewer
from subgraphs.kit.domain.errors import Unauthenticated

AUTHORIZATION, ACCEPT_LANGUAGE = READ = ("authorization", "accept-language")
"""The headers that make up an identity."""


class RequestIdentity(msgspec.Struct, frozen=True, gc=False):
    """The identity of a request, known before any resolver runs.

    Attributes:
        viewer: The signed-in customer; None for an anonymous visitor.
        accept_language: The header as sent.
        now: The instant of the request, the same for all its resolvers.
    """

    viewer: Viewer | None
    accept_language: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Reads the identity of a request from its headers.

    A gateway in the same process does this once for all its subgraphs, and passes on the identity in addition
    to the headers. A subgraph that is called over HTTP does it itself.
    """

    verifier: SessionVerifier
    clock: Clock

    def authenticate_cached(self, headers: Mapping[str, str]) -> RequestIdentity | None:
        """Return the identity without waiting; None if the request has a token that must be verified."""
        authorization = headers.get(AUTHORIZATION)
        viewer = self.verifier.verify_cached(authorization)
        if viewer is None and authorization is not None:
            return None
        return RequestIdentity(viewer, headers.get(ACCEPT_LANGUAGE), self.clock.now())

    async def authenticate(self, headers: Mapping[str, str]) -> RequestIdentity:
        """Return the identity; its viewer is None for an anonymous visitor.

        Raises:
            Unauthenticated: There is a token, but it is not valid.
        """
        viewer = await self.verifier.verify(headers.get(AUTHORIZATION))
        return RequestIdentity(viewer, headers.get(ACCEPT_LANGUAGE), self.clock.now())

    async def renew(self, identity: RequestIdentity, headers: Mapping[str, str]) -> RequestIdentity:
        """Return the current identity, for a long-lived request.

        Raises:
            Unauthenticated: Its session has ended.
            AuthenticationUnavailable: It cannot be determined at present whether it has ended.
        """
        if AUTHORIZATION not in headers:  # only the gateway has the session, so only the gateway can end it
            return RequestIdentity(identity.viewer, identity.accept_language, self.clock.now())
        renewed = self.authenticate_cached(headers) or await self.authenticate(headers)
        if renewed.viewer != identity.viewer:
            raise Unauthenticated("the session has ended: sign in again")
        return renewed
