"""The ASGI application of the back office."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backoffice.http.security import EVERY_RESPONSE, NO_STORE

NOT_MODIFIED: Final = 304
OPERATORS: tuple[str, ...] = ("/health", "/ready", "/metrics")
Running = Callable[[], AbstractAsyncContextManager[Any]]


class SecuringHeaders:
    """Adds the security headers of every response, and `no-store` unless the route sets Cache-Control.

    A header that a route sets is kept. A 304 gets none, because browsers would replace the headers that
    they have stored with the response.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] != NOT_MODIFIED:
                headers = MutableHeaders(scope=message)
                for name, value in EVERY_RESPONSE.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", NO_STORE)
            await send(message)

        await self._app(scope, receive, secured)


def create_http_app(
    gateway: FastAPI,
    graph: ASGIApp,
    routes: Iterable[BaseRoute],
    screens: Sequence[BaseRoute],
    running: Running,
) -> ASGIApp:
    """Put the routes together.

    Args:
        gateway: Answers /health, /ready and /metrics.
        graph: The guarded endpoint of the graph.
        routes: The routes of sessions and areas.
        screens: The routes of the screens, which come last.
        running: What runs as long as the application does.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with gateway.router.lifespan_context(gateway), running():
            yield

    operators = [Route(path, gateway, methods=["GET"]) for path in OPERATORS]
    endpoint = Route("/backoffice/graphql", graph)
    app = Starlette(routes=[*operators, endpoint, *routes, *screens], lifespan=lifespan)
    return SecuringHeaders(app)
