"""Authenticates requests by their bearer tokens."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.errors import AuthenticationUnavailable, Unauthenticated
from gateway.sessions.settings import TokenSettings
from tokens import (
    InvalidToken,
    Reason,
    RefreshLimits,
    TokenMetrics,
    TokenVerifier,
    VerificationUnavailable,
    VerifiedToken,
)
from tokens.verifier import TrustedIssuer

AUTHORIZATION: Final = "authorization"
CHALLENGE: Final = 'Bearer error="invalid_token"'
"""The response's `WWW-Authenticate` for a refused token (RFC 6750, section 3.1)."""


@dataclass(frozen=True, slots=True)
class Session:
    """The session of a request.

    Attributes:
        issuer: The issuer of the token; None for an anonymous request.
        claims: The token's claims; empty for an anonymous request.
        expires: Until when the token is valid, in seconds since the epoch; None for an anonymous request.
    """

    issuer: str | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)
    expires: float | None = None


ANONYMOUS: Final = Session()


class Sessions:
    """The sessions of a gateway.

    Args:
        settings: The accepted issuers of tokens.
        now: Returns the time in seconds since the epoch.
        limits: When keys are refreshed; by default, according to the settings.
    """

    def __init__(
        self,
        settings: TokenSettings,
        now: Callable[[], float] = time.time,
        limits: RefreshLimits | None = None,
    ) -> None:
        limits = limits or RefreshLimits(
            interval=settings.token_keys_seconds,
            deadline=settings.token_keys_deadline_seconds,
            kept=settings.token_keys_kept_seconds,
        )
        self._anonymous = ANONYMOUS if settings.token_anonymous else None
        self.verifier = TokenVerifier(
            [TrustedIssuer.of(issuer, limits, now) for issuer in settings.token_issuers],
            _session_of,
            introspection=settings.token_introspection,
            revocations=settings.token_revocations,
            now=now,
            kept=settings.tokens_kept,
        )
        self.metrics = TokenMetrics(self.verifier.counts, now)

    @classmethod
    def of(cls, settings: TokenSettings) -> Sessions | None:
        """Return the sessions according to the settings; None if they name no issuer."""
        is_on = settings.token_issuers or settings.token_introspection
        return cls(settings) if is_on else None

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
