"""A gateway that counts usage, and the command that reads what it has counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner, Result

from gateway import GatewaySettings, create_gateway
from gateway.cli import cli
from tests.gateway.merged_settings import merged
from tests.gateway.world import FOLDER, Federation

SUPERGRAPH = FOLDER / "shop" / "supergraph.graphql"


@asynccontextmanager
async def gateway(federation: Federation, file: Path, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Run a gateway that counts usage; everything is written when it ends."""
    app = create_gateway(
        federation.sdl,
        federation.transports(),
        GatewaySettings(**merged({"usage": {"file": file}}, settings)),
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://g.test") as client,
    ):
        yield client


async def ask(client: httpx.AsyncClient, query: str, name: str = "ios", version: str = "1") -> None:
    """Send a document, and say who sends it."""
    headers = {"graphql-client-name": name, "graphql-client-version": version}
    await client.post("/graphql", json={"query": query}, headers=headers)


def usage(*arguments: object, **environment: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(cli, ["usage", *map(str, arguments)], env=environment)
