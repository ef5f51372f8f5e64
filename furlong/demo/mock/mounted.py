"""Mocked answers beside the demo's own graph, for GraphiQL's switch."""

import asyncio
from contextlib import AsyncExitStack
from typing import Final

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from furlong.demo.mock.server import mocked_gateway
from furlong.settings import ServeSettings
from gateway.http.routes import Gateway
from gateway.supergraph.load import load_supergraph

PATH: Final = "/demo/mocked"
END_SECONDS: Final = 1.0


class MountedMock:
    """An ASGI application with the mocked graph at `/graphql`.

    It builds the graph at the first request, because most runs of the demo never ask for it.
    """

    def __init__(self) -> None:
        """Build nothing yet."""
        self._graph: FastAPI | None = None
        self._building = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        async with self._building:
            graph = self._graph or await self._start()
        await graph(scope, receive, send)

    def end_streams(self) -> None:
        """End subscriptions, because the demo stops."""
        if isinstance(self._graph, Gateway) and self._graph.live is not None:
            self._graph.live.shut_down(END_SECONDS)

    async def close(self) -> None:
        """Stop the graph, if it was built."""
        await self._stack.aclose()

    async def _start(self) -> FastAPI:
        graph = await asyncio.to_thread(_built)
        await self._stack.enter_async_context(graph.router.lifespan_context(graph))
        self._graph = graph
        return graph


def mount_mock(site: FastAPI) -> MountedMock:
    """Add the mocked graph to the demo's site, below its path; the caller closes it."""
    mocked = MountedMock()
    site.mount(PATH, mocked, name="mocked")
    if isinstance(site, Gateway):
        site.draining.ending.append(mocked.end_streams)
    return mocked


def _built() -> FastAPI:
    return mocked_gateway(
        load_supergraph(ServeSettings().supergraph.read_text(encoding="utf-8")).public, graphiql=None
    )
