"""Checks the bearer tokens of requests, and keeps their issuers' keys up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from foundation.tokens import TokenVerifier
from gateway.clients.session import Session
from gateway.feature import Core, Feature
from gateway.features.sessions.settings import SessionSettings
from gateway.features.sessions.token_sessions import AUTHORIZATION, Sessions
from gateway.pipeline.authentication import Authentication


class TokenSessions(Feature):
    """Requests have the session of their bearer token."""

    def install(self, core: Core) -> None:
        """Authenticate requests.

        Raises:
            ValueError: The application also checks sessions.
        """
        if core.authentication.is_required:
            raise ValueError(
                "This gateway checks sessions by itself: unset FURLONG_GATEWAY__SESSIONS__ISSUERS and "
                "FURLONG_GATEWAY__SESSIONS__INTROSPECTION."
            )
        sessions = Sessions(core.settings.of(SessionSettings))
        # Cached sessions are looked up by the headers that subgraphs may see: without the token among these,
        # every request would look anonymous.
        is_seen = AUTHORIZATION in core.settings.forwarded_headers
        core.authenticate_with(
            Authentication(sessions.authenticate, sessions.authenticate_cached if is_seen else None),
            sessions.customer_of,
        )
        core.register(sessions.metrics)
        core.run(_following(sessions.verifier))
        core.wait_for(lambda: sessions.verifier.is_ready)


@asynccontextmanager
async def _following(verifier: TokenVerifier[Session]) -> AsyncIterator[None]:
    """Follow the issuers' keys, and what they revoke."""
    await verifier.start()
    try:
        yield
    finally:
        await verifier.close()
