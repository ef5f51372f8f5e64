"""Authenticates requests by their bearer tokens, and keeps their issuers' keys up to date."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from foundation.tokens import (
    InvalidToken,
    Reason,
    RefreshLimits,
    TokenMetrics,
    TokenVerifier,
    VerificationUnavailable,
    VerifiedToken,
)
from foundation.tokens.verifier import TrustedIssuer
from gateway.errors import AuthenticationUnavailable, Unauthenticated
from gateway.feature import Core, Feature
from gateway.features.sessions.settings import SessionSettings
from gateway.pipeline.sessions import CHALLENGE, Session, Sessions

AUTHORIZATION: Final = "authorization"
ANONYMOUS: Final = Session()


class TokenSessions(Feature):
    """Requests have the session of their bearer token."""

    def install(self, core: Core) -> None:
        """Authenticate requests.

        Raises:
            ValueError: The application also checks sessions.
        """
        if core.sessions.is_required:
            raise ValueError(
                "This gateway checks sessions by itself: unset FURLONG_GATEWAY__SESSIONS__ISSUERS and "
                "FURLONG_GATEWAY__SESSIONS__INTROSPECTION."
            )
        tokens = TokenAuthenticator(core.settings.of(SessionSettings))
        # Cached sessions are looked up by the headers that subgraphs may see: without the token among these,
        # every request would look anonymous.
        is_seen = AUTHORIZATION in core.settings.http.forwarded_headers
        core.authenticate_with(
            Sessions(
                tokens.authenticate,
                tokens.authenticate_cached if is_seen else None,
                customer_of=tokens.customer_of,
                expires_of=tokens.expires_of,
            )
        )
        core.register(tokens.metrics)
        core.run(_following(tokens.verifier))
        core.wait_for(tokens.is_ready)


@asynccontextmanager
async def _following(verifier: TokenVerifier[Session]) -> AsyncIterator[None]:
    """Follow the issuers' keys, and what they revoke."""
    await verifier.start()
    try:
        yield
    finally:
        await verifier.close()


class TokenAuthenticator:
    """Finds the sessions of bearer tokens.

    Args:
        settings: The accepted issuers of tokens.
        now: Returns the time in seconds since the epoch.
        limits: When keys are refreshed; by default, according to the settings.
    """

    def __init__(
        self,
        settings: SessionSettings,
        now: Callable[[], float] = time.time,
        limits: RefreshLimits | None = None,
    ) -> None:
        limits = limits or RefreshLimits(
            interval=settings.keys_seconds,
            deadline=settings.keys_deadline_seconds,
            kept=settings.keys_kept_seconds,
        )
        self._anonymous = ANONYMOUS if settings.anonymous else None
        self.verifier = TokenVerifier(
            [TrustedIssuer.of(issuer, limits, now) for issuer in settings.issuers],
            _session_of,
            introspection=settings.introspection,
            revocations=settings.revocations,
            now=now,
            kept=settings.tokens_kept,
        )
        self.metrics = TokenMetrics(self.verifier.counts, now)

    def authenticate_cached(self, headers: Mapping[str, str]) -> Session | None:
        """Return the session if it is known without waiting, else None."""
        authorization = headers.get(AUTHORIZATION)
        return self._anonymous if authorization is None else self.verifier.cached(authorization)

    @staticmethod
    def customer_of(session: object) -> str | None:
        """Return the key of a session's customer, for rate limits; None for an anonymous request."""
        if not isinstance(session, Session) or session.issuer is None:
            return None
        return f"{session.issuer} {session.claims.get('sub', '')}"

    @staticmethod
    def expires_of(session: object) -> float | None:
        """Return when a session's token expires; None for an anonymous request."""
        return session.expires if isinstance(session, Session) else None

    async def is_ready(self) -> bool:
        """Return whether tokens can be verified."""
        return self.verifier.is_ready

    async def authenticate(self, headers: Mapping[str, str]) -> Session:
        """Return the session of a request.

        Raises:
            Unauthenticated: There is no valid token, and the request cannot be anonymous.
            AuthenticationUnavailable: It cannot be determined whether the token is valid.
        """
        authorization = headers.get(AUTHORIZATION)
        if authorization is None:
            if self._anonymous is None:
                raise Unauthenticated
            return self._anonymous
        try:
            return await self.verifier.verify(authorization)
        except InvalidToken as error:
            raise Unauthenticated(_message(error.reason), challenge=CHALLENGE) from error
        except VerificationUnavailable as error:
            raise AuthenticationUnavailable from error


def _session_of(token: VerifiedToken) -> Session:
    return Session(token.issuer, token.claims, token.expires)


def _message(reason: Reason) -> str:
    match reason:
        case Reason.CREDENTIALS:
            return "The authorization header is not `Bearer` with one token."
        case Reason.EXPIRED:
            return "The token has expired."
        case Reason.KEY:
            return (
                "The token is signed with a key that is not known. If the key is new, try again in a second."
            )
        case _:
            return "The token is not valid here."
