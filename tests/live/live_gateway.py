"""A gateway behind its server, over a newsroom whose news a test sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from gateway.transport import Transport
from tests.gateway.features.subscriptions.newsroom import SDL, Newsroom, Wire

PATIENCE_SECONDS = 30.0
NEWS = "subscription { published { headline } }"
COUNT = "subscription { count }"
LATEST = "{ latest { headline } }"


def news(headline: str) -> dict[str, Any]:
    """The response to an event."""
    return {"data": {"published": {"headline": headline}}}


async def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110 - what holds is no event
            await asyncio.sleep(0.005)


@dataclass
class Live:
    """A gateway that is being served.

    Attributes:
        app: The application.
        port: Where it listens.
        newsroom: The subgraphs.
        wire: Where a test sends news.
    """

    app: Any
    port: int
    newsroom: Newsroom
    wire: Wire

    @property
    def metrics(self) -> Any:
        """The metrics of connections."""
        return self.app.live.metrics

    def forget(self) -> None:
        """Forget what tests before have done."""
        self.metrics.closes.clear()
        self.metrics.refused.clear()
        self.newsroom.closed = 0
        self.newsroom.opened.clear()
        self.wire.queues.clear()

    def publish(self, headline: str) -> None:
        """Send news to all subscriptions."""
        self.wire.put({"published": {"id": "1", "headline": headline}, "count": 1})

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until a condition holds."""
        await until(holds)

    async def until_subscribed(self, count: int = 1) -> None:
        """Wait until that many sources were opened."""
        await self.until(lambda: len(self.wire.queues) >= count)


@asynccontextmanager
async def live_gateway(
    *, feed: Transport | None = None, parts: dict[str, Any] | None = None, **settings: Any
) -> AsyncIterator[Live]:
    """Serve a gateway until the end of the block.

    Args:
        feed: The subgraph of subscriptions; None for the newsroom's own.
        parts: Further arguments of `create_gateway`.
        settings: The gateway's settings.
    """
    wire = Wire()
    newsroom = Newsroom(wire)
    transports = newsroom.transports() | ({} if feed is None else {"feed": feed})
    app = create_gateway(SDL, transports, GatewaySettings(**settings), **(parts or {}))
    with listen("127.0.0.1", 0) as listener:
        async with serving(app, listener):
            yield Live(app, listener.getsockname()[1], newsroom, wire)
