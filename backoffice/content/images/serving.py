"""Serves uploaded images: public, immutable, and never as anything but images."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backoffice.content.images.repository import image
from foundation.storage.database import Database

_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
HEADERS: Final = {  # both servers add `nosniff` to each response
    "cache-control": "public, max-age=31536000, immutable",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "content-disposition": "inline",
}


def image_route(path: str, database: Database) -> Route:
    """Return the route of images under a path; `database` is the back office's."""

    async def serve(request: Request) -> Response:
        name = request.path_params["hash"]
        if not _HASH.fullmatch(name):
            return Response(status_code=404)
        etag = f'"{name}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={**HEADERS, "etag": etag})
        async with database.read() as connection:
            found = await image(connection, name)
        if found is None:
            return Response(status_code=404)
        return Response(found.data, media_type=found.media_type, headers={**HEADERS, "etag": etag})

    return Route(f"{path.rstrip('/')}/{{hash}}", serve, methods=["GET"])
