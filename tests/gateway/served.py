"""The answer of a whole gateway to one query, with the transports that a test has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from gateway import GatewaySettings, Transport, create_gateway


async def answered(
    sdl: str, transports: Mapping[str, Transport], query: str, settings: GatewaySettings | None = None
) -> dict[str, Any]:
    """What a client gets by POST."""
    app = create_gateway(sdl, transports, settings or GatewaySettings())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
    ):
        return dict((await client.post("/graphql", json={"query": query})).json())
