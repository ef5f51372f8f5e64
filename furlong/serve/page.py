"""The bet-slip page, served from files, and the clock that it shows in a rehearsal."""

from functools import partial
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.browsers.security_headers import page_headers
from storage.clock import Clock
from storage.rehearsal import rehearsal_marks

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "img-src 'self' data:; font-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


def add_page(app: FastAPI, built: Path, clock: Clock) -> None:
    """Serve the built page at `/`, or how to build it; `/clock` returns the time of a rehearsal."""
    app.add_api_route("/clock", partial(_clock, clock), methods=["GET"], include_in_schema=False)
    index = built / "index.html"
    if not index.is_file():

        async def hint() -> Response:
            return PlainTextResponse(
                "The page has not been built: run `make install`. GraphQL is at /graphql.\n"
            )

        app.add_api_route("/", hint, methods=["GET"], include_in_schema=False)
        return

    headers = {**dict(page_headers(CONTENT_SECURITY_POLICY)), "cache-control": "no-cache"}

    async def page() -> Response:
        return FileResponse(index, headers=headers)

    app.add_api_route("/", page, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/assets", _HashedFiles(directory=built / "assets"), name="assets")


async def _clock(clock: Clock) -> Response:
    marks = {"rehearsal": rehearsal_marks(clock).get("rehearsal")}
    return JSONResponse(marks, headers={"cache-control": "no-store"})


class _HashedFiles(StaticFiles):
    """Files whose names change with their contents, so that nobody need ask for them again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == HTTPStatus.OK:
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
