"""A gateway with public answers behind a real Varnish."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.plans import joined
from tests.support.gateway.private_varnish import PrivateVarnish

SDL = joined(
    """
    directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION
    enum CacheControlScope { PUBLIC PRIVATE }
    type Query @join__type(graph: A) {
      terms(brand: ID!): String @cacheControl(maxAge: 3600)
      mine: String @cacheControl(maxAge: 3600, scope: PRIVATE)
      plain: String
    }
    """,
    "a",
)


@dataclass
class Content:
    """A subgraph with terms that are published, and answers that name the customer.

    Attributes:
        version: Which version of the terms is published.
        calls: What it was asked for.
    """

    version: int = 1
    calls: list[str] = field(default_factory=list)

    async def answer(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """Answer all fields."""
        who = request.headers.get("authorization", "nobody")
        language = request.headers.get("accept-language", "en")
        self.calls.append(who)
        terms = f"terms {self.version} in {language} for {who}"
        return {"data": {"terms": terms, "mine": f"mine of {who}", "plain": f"plain of {who}"}}


@dataclass
class Cdn:
    """Varnish, a client of it, and the subgraph behind the gateway behind it."""

    varnish: PrivateVarnish
    client: httpx.AsyncClient
    content: Content

    async def ask(self, query: str, **headers: str) -> httpx.Response:
        """Send a query by GET."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get("/graphql", params={"query": query}, headers=named)

    async def publish(self, version: int, brand: str) -> int:
        """Publish a version of a brand's terms, and remove what Varnish has of the brand."""
        self.content.version = version
        return (await self.client.request("BAN", "/", headers={"x-contains": brand})).status_code


@asynccontextmanager
async def gateway_behind(varnish: PrivateVarnish, port: int) -> AsyncIterator[Cdn]:
    """Serve a gateway on a port, behind a Varnish that is emptied first."""
    content = Content()
    app = create_gateway(SDL, {"a": asking(content.answer)}, GatewaySettings())
    headers = {"accept": "application/graphql-response+json"}
    with listen("127.0.0.1", port) as listener:
        async with (
            serving(app, listener),
            httpx.AsyncClient(base_url=varnish.url, headers=headers, timeout=60) as client,
        ):
            emptied = await client.request("BAN", "/", headers={"x-contains": "/"})
            assert emptied.status_code == 200
            yield Cdn(varnish, client, content)


def terms(answer: httpx.Response) -> str:
    """Return the terms in an answer."""
    found: str = answer.json()["data"]["terms"]
    return found
