"""Pages served from files: the bet-slip with the widget's scripts, and in the demo the documentation.

The bet-slip also gets the clock of a rehearsal.
"""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from foundation.security_headers import page_headers
from foundation.static_files import NO_CACHE, BuiltFiles, file_response
from foundation.storage.clock import Clock
from foundation.storage.rehearsal import rehearsal_marks
from furlong.settings import ROOT
from gateway.feature import Core, Feature


def content_security_policy(game_origins: Sequence[str] = ()) -> str:
    """Return the value of `Content-Security-Policy`: no form posts, and nothing is sent elsewhere.

    Nothing is framed but games, if the site has any. So no data of a card can be typed into a frame of a
    processor's, or be sent from the page: customers pay at a page that takes the place of this one.

    Args:
        game_origins: From where games are framed, and their pictures shown.
    """
    frames = " ".join(game_origins) or "'none'"
    pictures = " ".join(("'self'", "data:", *game_origins))
    return (
        "default-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; "
        f"frame-src {frames}; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
        f"img-src {pictures}; font-src 'self' data:; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    )


CONTENT_SECURITY_POLICY: Final = content_security_policy()
"""The policy of a page without games."""

SCRIPTS_FOR_ALL: Final = {
    "cache-control": "public, max-age=300, stale-while-revalidate=86400",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "timing-allow-origin": "*",
}
"""Headers of the widget's scripts, whose addresses never change, for pages of every origin.

They hold nothing of a customer. A script of the type `module` needs CORS even to run.
"""


class Routes(Feature):
    """Serves routes beside those of the gateway."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self.routes = tuple(routes)

    def install(self, core: Core) -> None:
        """Serve them."""
        core.serve(*self.routes)


def page_routes(built: Path, clock: Clock, game_origins: Sequence[str] = ()) -> list[BaseRoute]:
    """Return the routes of the page at `/`, or of how to build it, and of what it asks of its server.

    That are the widget's scripts, a rehearsal's time at `/clock`, and at `/game-origins` from where it may
    frame games: the page's policy allows no others.
    """
    routes: list[BaseRoute] = [
        Route("/clock", partial(_clock, clock)),
        Route("/game-origins", partial(_game_origins, tuple(game_origins))),
    ]
    index = built / "index.html"
    if not index.is_file():

        async def hint(_request: Request) -> Response:
            return PlainTextResponse(
                "The page has not been built: run `make install`. GraphQL is at /graphql.\n"
            )

        return [*routes, Route("/", hint)]

    headers = {**dict(page_headers(content_security_policy(game_origins))), "cache-control": NO_CACHE}

    async def page(request: Request) -> Response:
        return await asyncio.to_thread(file_response, index, request.headers, headers)

    routes += [
        Route("/", page),
        Mount("/assets", BuiltFiles(built / "assets", hashed=""), name="assets"),
    ]
    if (built / "widget").is_dir():
        scripts = BuiltFiles(built / "widget", headers=SCRIPTS_FOR_ALL)
        routes.append(Mount("/widget", scripts, name="widget"))
    return routes


def gallery_routes(built: Path) -> list[Route]:
    """Return the route of the gallery of the widget's screens, if it is built; only the demo shows it."""
    gallery = built / "gallery.html"
    if not gallery.is_file():
        return []
    headers = {**dict(page_headers(CONTENT_SECURITY_POLICY)), "cache-control": NO_CACHE}

    async def page(request: Request) -> Response:
        return await asyncio.to_thread(file_response, gallery, request.headers, headers)

    return [Route("/gallery", page)]


async def _clock(clock: Clock, _request: Request) -> Response:
    marks = {"rehearsal": rehearsal_marks(clock).get("rehearsal")}
    return JSONResponse(marks, headers={"cache-control": "no-store"})


async def _game_origins(origins: tuple[str, ...], _request: Request) -> Response:
    return JSONResponse({"origins": origins}, headers={"cache-control": NO_CACHE})


BUILT: Final = ROOT / ".docs" / "html"
DOCUMENTATION: Final = "/docs/"

# The search marks what it found by an element's style; the form of the search is a GET to the site itself.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src-elem 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""The value of `Content-Security-Policy`: the site's own files, and no inline scripts."""


NOT_BUILT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Documentation not built yet · Furlong</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 24px }
h1 { font-size: 28px; line-height: 1.25 }
pre { border: 1px solid; border-radius: 8px; padding: 12px 16px; user-select: all; overflow-x: auto }
</style>
<main>
<h1>The documentation isn&rsquo;t built yet</h1>
<p>In the folder where the demo runs, open a second terminal and type:</p>
<pre><code>make docs</code></pre>
<p>That takes a minute or two. Then reload this page; you don&rsquo;t have to restart the demo.</p>
<p><a href="/">Back to the bet-slip</a></p>
</main>
</html>
"""

NOT_BUILT_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
)
"""The policy of that page, which has its style in it and loads nothing."""


def has_documentation(built: Path | None = None) -> bool:
    """Tell whether the documentation is built, in its usual folder or in another."""
    return ((built or BUILT) / "index.html").is_file()


def documentation_routes(built: Path = BUILT) -> list[Mount]:
    """Return the route of the documentation, or of how to build it; none where there is none to build."""
    if not has_documentation(built) and not (ROOT / "Makefile").is_file():
        return []
    return [Mount(DOCUMENTATION.rstrip("/"), _Documentation(built), name="docs")]


class _Documentation:
    """Serves the documentation from the moment when it is built."""

    def __init__(self, built: Path) -> None:
        """Keep where it will be."""
        self._built = built
        self._files: BuiltFiles | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._files is None and has_documentation(self._built):
            headers = {**dict(page_headers(POLICY)), "cache-control": NO_CACHE}
            self._files = BuiltFiles(self._built, headers=headers, html=True)
        missing = HTMLResponse(
            NOT_BUILT, 404, {**dict(page_headers(NOT_BUILT_POLICY)), "cache-control": "no-store"}
        )
        await (self._files or missing)(scope, receive, send)
