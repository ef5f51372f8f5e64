"""The bet-slip page and the widget's scripts, served from files, and the clock of a rehearsal."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from foundation.storage.clock import Clock
from foundation.storage.rehearsal import rehearsal_marks
from gateway.browsers.security_headers import page_headers
from gateway.browsers.static_files import NO_CACHE, BuiltFiles, file_response

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "img-src 'self' data:; font-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)

SCRIPTS_FOR_ALL: Final = {
    "cache-control": "public, max-age=300, stale-while-revalidate=86400",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "timing-allow-origin": "*",
}
"""Headers of the widget's scripts, whose addresses never change, for pages of every origin.

They hold nothing of a customer. A script of the type `module` needs CORS even to run.
"""


def add_page(app: FastAPI, built: Path, clock: Clock) -> None:
    """Serve the page at `/`, or how to build it, the widget's scripts, and a rehearsal's time at `/clock`."""
    app.add_api_route("/clock", partial(_clock, clock), methods=["GET"], include_in_schema=False)
    index = built / "index.html"
    if not index.is_file():

        async def hint() -> Response:
            return PlainTextResponse(
                "The page has not been built: run `make install`. GraphQL is at /graphql.\n"
            )

        app.add_api_route("/", hint, methods=["GET"], include_in_schema=False)
        return

    headers = {**dict(page_headers(CONTENT_SECURITY_POLICY)), "cache-control": NO_CACHE}

    async def page(request: Request) -> Response:
        return await asyncio.to_thread(file_response, index, request.headers, headers)

    app.add_api_route("/", page, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/assets", BuiltFiles(built / "assets", hashed=""), name="assets")
    if (built / "widget").is_dir():
        app.mount("/widget", BuiltFiles(built / "widget", headers=SCRIPTS_FOR_ALL), name="widget")


def add_gallery(app: FastAPI, built: Path) -> None:
    """Serve the gallery of the widget's screens at `/gallery`, if it is built; only the demo shows it."""
    gallery = built / "gallery.html"
    if not gallery.is_file():
        return
    headers = {**dict(page_headers(CONTENT_SECURITY_POLICY)), "cache-control": NO_CACHE}

    async def page(request: Request) -> Response:
        return await asyncio.to_thread(file_response, gallery, request.headers, headers)

    app.add_api_route("/gallery", page, methods=["GET", "HEAD"], include_in_schema=False)


async def _clock(clock: Clock) -> Response:
    marks = {"rehearsal": rehearsal_marks(clock).get("rehearsal")}
    return JSONResponse(marks, headers={"cache-control": "no-store"})
