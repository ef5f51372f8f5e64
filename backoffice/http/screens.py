"""The screens: built files, or a page that says that they are not built."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from backoffice.http.security import PREVIEW_FILE, PREVIEW_PAGE
from gateway.browsers.static_files import NO_CACHE, BuiltFiles, file_response

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
