"""The documentation at `/docs`, as `make docs` builds it; only the demo serves it."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from furlong.settings import ROOT
from gateway.browsers.security_headers import page_headers
from gateway.browsers.static_files import NO_CACHE, BuiltFiles

BUILT: Final = ROOT / ".docs" / "html"
PATH: Final = "/docs/"

# The search marks what it found by an element's style; the form of the search is a GET to the site itself.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src-elem 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""The value of `Content-Security-Policy`: the site's own files, and no inline scripts."""


NOT_BUILT: Final = """<!doctype html>
<html lang="en"><title>Furlong's documentation</title>
<h1>The documentation has not been built yet</h1>
<p>Run <code>make docs</code> in this folder; this page then shows it, and the demo need not be restarted.</p>
</html>
"""


def add_documentation(app: FastAPI, built: Path = BUILT) -> str | None:
    """Serve the documentation, or how to build it, and return its path; None where there is none to build."""
    if not (built / "index.html").is_file() and not (ROOT / "Makefile").is_file():
        return None
    app.mount(PATH.rstrip("/"), _Documentation(built), name="docs")
    return PATH


class _Documentation:
    """Serves the documentation from the moment when it is built."""

    def __init__(self, built: Path) -> None:
        """Keep where it will be."""
        self._built = built
        self._files: BuiltFiles | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._files is None and (self._built / "index.html").is_file():
            headers = {**dict(page_headers(POLICY)), "cache-control": NO_CACHE}
            self._files = BuiltFiles(self._built, headers=headers, html=True)
        await (self._files or HTMLResponse(NOT_BUILT, 404, dict(page_headers(POLICY))))(scope, receive, send)
