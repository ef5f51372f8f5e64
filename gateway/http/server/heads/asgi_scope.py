"""The parts of the ASGI scope that describe a connection and a request's target."""

from __future__ import annotations

import urllib.parse
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


def of_connection(protocol: HttpToolsProtocol) -> dict[str, Any]:
    """Return the part of the scope that all requests of a connection share."""
    return {
        "type": "http",
        "asgi": {"version": protocol.asgi_version, "spec_version": "2.3"},
        "server": protocol.server,
        "client": protocol.client,
        "scheme": protocol.scheme,
        "root_path": protocol.root_path,
    }


def target(url: bytes, root_path: str) -> dict[str, Any]:
    """Return the path and the query string of a request's target, under their names in the scope.

    Args:
        url: The target exactly as in the request line: a path, or an absolute URL.
        root_path: The path under which the application is mounted.
    """
    raw_path, _, query = url.partition(b"?")
    if not raw_path.startswith(b"/") or b"#" in query:
        parsed = httptools.parse_url(url)
        raw_path, query = parsed.path, parsed.query or b""
    path = raw_path.decode("ascii")
    return {
        "path": root_path + (urllib.parse.unquote(path) if "%" in path else path),
        "raw_path": root_path.encode("ascii") + raw_path,
        "query_string": query,
    }
