"""Builds authentication."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from gateway.http.routes import IsReady
from gateway.pipeline.authentication import Authenticate, AuthenticateCached, Authentication
from gateway.sessions import AUTHORIZATION, Sessions
from gateway.settings import GatewaySettings


def checked_sessions(settings: GatewaySettings, authenticate: Authenticate | None) -> Sessions | None:
    """Return the sessions according to the settings; None without such settings.

    Raises:
        ValueError: The application also checks sessions.
    """
    sessions = Sessions.of(settings)
    if sessions is not None and authenticate is not None:
        raise ValueError(
            "This gateway checks sessions by itself: unset FURLONG_GATEWAY_TOKEN_ISSUERS and "
            "FURLONG_GATEWAY_TOKEN_INTROSPECTION."
        )
    return sessions


def authentication(
    sessions: Sessions | None,
    settings: GatewaySettings,
    authenticate: Authenticate | None,
    authenticate_cached: AuthenticateCached | None,
) -> Authentication:
    """Return the authentication: by the settings, or else by the application's functions."""
    if sessions is None:
        return Authentication(authenticate, authenticate_cached)
    # Cached sessions are looked up by the headers that subgraphs may see: without the token among these,
    # every request would look anonymous.
    is_seen = AUTHORIZATION in settings.forwarded_headers
    return Authentication(sessions.authenticate, sessions.authenticate_cached if is_seen else None)


def run_with(app: FastAPI, sessions: Sessions, ready: IsReady | None, registry: CollectorRegistry) -> IsReady:
    """Keep the issuers' keys up to date while an application serves.

    Returns:
        The readiness check, which waits for the first keys.
    """
    registry.register(sessions.metrics)
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        await sessions.verifier.start()
        try:
            async with inner(served) as state:
                yield state
        finally:
            await sessions.verifier.close()

    app.router.lifespan_context = lifespan

    async def check() -> bool:
        return sessions.verifier.is_ready and (ready is None or await ready())

    return check
