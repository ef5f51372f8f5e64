"""SQL of uploaded images."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.content.images.reencoding import StoredImage
from backoffice.content.lint.rules import ImageFacts
from backoffice.content.models import CONTENT_IMAGE
from foundation.storage.columns import upsert


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
