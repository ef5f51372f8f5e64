"""The documentation at `/docs`, as `make docs` builds it; only the demo serves it."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI

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


def add_documentation(app: FastAPI, built: Path = BUILT) -> str | None:
    """Serve the documentation, and return its path; None if it is not built."""
    if not (built / "index.html").is_file():
        return None
    headers = {**dict(page_headers(POLICY)), "cache-control": NO_CACHE}
    app.mount(PATH.rstrip("/"), BuiltFiles(built, headers=headers, html=True), name="docs")
    return PATH
