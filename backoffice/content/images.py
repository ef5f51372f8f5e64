"""Uploaded images: SQL over them, and serving them: public, immutable, and never as anything but images."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backoffice.content.image_conversion import StoredImage
from backoffice.content.lint import ImageFacts
from backoffice.content.models import CONTENT_IMAGE
from foundation.storage.columns import upsert
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
            stored = await image(connection, name)
        if stored is None:
            return Response(status_code=404)
        return Response(stored.data, media_type=stored.media_type, headers={**HEADERS, "etag": etag})

    return Route(f"{path.rstrip('/')}/{{hash}}", serve, methods=["GET"])


async def add_image(connection: AsyncConnection, image: StoredImage, by: str, at: datetime) -> None:
    """Store an image; the same image again changes nothing."""
    row = {
        "hash": image.hash,
        "media_type": image.media_type,
        "width": image.width,
        "height": image.height,
        "size": len(image.data),
        "data": image.data,
        "uploaded_by": by,
        "uploaded_at": at,
    }
    await connection.execute(upsert(connection.dialect.name, CONTENT_IMAGE, [row]))


async def image(connection: AsyncConnection, image_hash: str) -> StoredImage | None:
    """Return an image; None if there is none of that hash."""
    c = CONTENT_IMAGE.c
    query = select(c.hash, c.media_type, c.width, c.height, c.data).where(c.hash == image_hash)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else StoredImage(*row)


async def image_facts(connection: AsyncConnection, hashes: Collection[str]) -> dict[str, ImageFacts]:
    """Return the sizes of those images that exist, by hash."""
    c = CONTENT_IMAGE.c
    query = select(c.hash, c.width, c.height, c.size).where(c.hash.in_(sorted(hashes)))
    rows = (await connection.execute(query)).all() if hashes else ()
    return {row.hash: ImageFacts(row.width, row.height, row.size) for row in rows}
