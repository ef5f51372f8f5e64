"""Serves built files to browsers: precompressed by the build, and revalidated by ETag."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

CODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""Content codings in order of preference, and the suffixes of files precompressed with them."""

HASHED: Final = "public, max-age=31536000, immutable"
"""The `Cache-Control` of files whose names change with their contents."""

NO_CACHE: Final = "no-cache"
"""The `Cache-Control` of files that browsers cache but revalidate."""


def accepted_codings(accept_encoding: str) -> frozenset[str]:
    """Return which of our codings an `Accept-Encoding` header accepts (RFC 9110, section 12.5.3)."""
    weights: dict[str, bool] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, parameters = part.partition(";")
        weights[coding.strip()] = not _is_zero(parameters)
    others = weights.get("*", False)
    return frozenset(coding for coding, _ in CODINGS if weights.get(coding, others))


def file_response(
    path: Path | str, request_headers: Headers, headers: Mapping[str, str], status: int = 200
) -> Response:
    """Return a file, compressed if the client accepts that, or 304 if the client's copy is current.

    Args:
        path: The file's path; compressed versions are next to it.
        request_headers: The request's headers.
        headers: Headers for the response.
        status: The status of a response with the file's content.

    Raises:
        OSError: The file does not exist.
    """
    accepted = accepted_codings(request_headers.get("accept-encoding", ""))
    chosen, coding = str(path), ""
    for name, end in CODINGS:
        if name in accepted and os.path.isfile(f"{path}{end}"):  # noqa: PTH113 - faster than Path
            chosen, coding = f"{path}{end}", name
            break
    media_type = mimetypes.guess_type(str(path))[0] or "application/octet-stream"
    response = FileResponse(chosen, status, headers, media_type, stat_result=os.stat(chosen))  # noqa: PTH116
    response.headers["vary"] = "accept-encoding"
    if coding:
        response.headers["content-encoding"] = coding
    if response.headers["etag"] in _tags(request_headers.get("if-none-match", "")):
        return NotModifiedResponse(response.headers)
    return response


class BuiltFiles(StaticFiles):
    """A folder of built files.

    Browsers cache files with hashed names permanently, and revalidate all others.
    """

    def __init__(
        self,
        directory: Path,
        hashed: str = "assets",
        headers: Mapping[str, str] | None = None,
        *,
        html: bool = False,
    ) -> None:
        """Serve a folder.

        Args:
            directory: The folder to serve.
            hashed: The subfolder whose files have hashed names; empty if all files have.
            headers: Headers for each response; a `cache-control` header replaces the default.
            html: Whether a folder's address shows its `index.html`.
        """
        super().__init__(directory=directory, html=html)
        self._hashed = os.path.join(os.path.realpath(directory), hashed)  # noqa: PTH118
        self._headers = dict(headers or {})

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the folder, or its `404.html` with the same headers."""
        response = await super().get_response(path, scope)
        if response.status_code == HTTPStatus.NOT_FOUND:
            response.headers.update(self._headers)
        return response

    def file_response(
        self,
        full_path: os.PathLike[str] | str,
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file of the folder."""
        del stat_result
        is_hashed = os.path.realpath(full_path).startswith(self._hashed)
        headers = {"cache-control": HASHED if is_hashed else NO_CACHE, **self._headers}
        return file_response(os.fspath(full_path), Headers(scope=scope), headers, status_code)


def _is_zero(parameters: str) -> bool:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return False
    try:
        return float(value) <= 0
    except ValueError:
        return True


def _tags(if_none_match: str) -> frozenset[str]:
    return frozenset(tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
