"""The ASGI application of the back office: its headers, the routes for operators, and the built screens."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backoffice.http.security import EVERY_RESPONSE, NO_STORE, PREVIEW_FILE, PREVIEW_PAGE
from foundation.static_files import NO_CACHE, BuiltFiles, file_response

NOT_MODIFIED: Final = 304
ADDED: Final = tuple(
    (name.lower().encode("latin-1"), value.encode("latin-1"))
    for name, value in {**EVERY_RESPONSE, "cache-control": NO_STORE}.items()
)
"""The headers of every response; names of ASGI's headers are in lower case."""

Running = Callable[[Starlette], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True, slots=True)
class OperatorRoutes:
    """The routes for operators.

    Attributes:
        is_ready: Tells whether requests can be served.
        registry: The metrics.
    """

    is_ready: Callable[[], Awaitable[bool]]
    registry: CollectorRegistry

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/health", self.health, methods=["GET"]),
            Route("/ready", self.ready, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]

    async def health(self, _request: Request) -> Response:
        """Report that the process is alive."""
        return PlainTextResponse("ok")

    async def ready(self, _request: Request) -> Response:
        """Report whether requests can be served."""
        ready = await self.is_ready()
        return PlainTextResponse("ready" if ready else "not ready", 200 if ready else 503)

    async def metrics(self, _request: Request) -> Response:
        """Return the metrics as Prometheus reads them."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


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
                headers = message["headers"]
                present = {name for name, _ in headers}
                message["headers"] = [*headers, *(header for header in ADDED if header[0] not in present)]
            await send(message)

        await self._app(scope, receive, secured)


def create_http_app(
    operators: OperatorRoutes,
    graph: ASGIApp,
    routes: Iterable[BaseRoute],
    screens: Sequence[BaseRoute],
    running: Running,
) -> ASGIApp:
    """Put the routes together.

    Args:
        operators: Answers /health, /ready and /metrics.
        graph: The endpoint of the graph.
        routes: The routes of sessions and areas.
        screens: The routes of the screens, which come last.
        running: What runs as long as the application does.
    """
    endpoint = Route("/backoffice/graphql", graph)
    app = Starlette(routes=[*operators.routes(), endpoint, *routes, *screens], lifespan=running)
    return SecuringHeaders(app)


HOME: Final = "/backoffice/"
PREVIEW: Final = "preview"
NOT_BUILT: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Furlong back office</title></head>
<body><h1>Furlong back office</h1>
<p>The screens are not built: run <code>make install</code>. The graph is served at
<code>/backoffice/graphql</code>, and sign-in at <code>/backoffice/session</code>.</p></body></html>
"""


def screen_routes(folder: Path) -> list[BaseRoute]:
    """Return the routes of the screens; each path of a screen is served by the one page."""

    async def home(_request: Request) -> Response:
        return RedirectResponse(HOME, 308)

    async def page(request: Request) -> Response:
        index = folder / "index.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, headers={"cache-control": NO_CACHE})
        return file_response(index, request.headers, {"cache-control": NO_CACHE})

    async def preview(_request: Request) -> Response:
        index = folder / PREVIEW / "preview.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, 404, headers=PREVIEW_PAGE)
        return HTMLResponse(index.read_bytes(), headers=PREVIEW_PAGE)

    routes: list[BaseRoute] = [Route("/", home), Route("/backoffice", home)]
    if (folder / PREVIEW / "assets").is_dir():
        files = BuiltFiles(folder / PREVIEW / "assets", hashed="", headers=PREVIEW_FILE)
        routes.append(Mount(f"/backoffice/{PREVIEW}/assets", files))
    routes.append(Route(f"/backoffice/{PREVIEW}", preview))
    if (folder / "assets").is_dir():
        routes.append(Mount("/backoffice/assets", BuiltFiles(folder / "assets", hashed="")))
    return [*routes, Route("/backoffice/{screen:path}", page)]
