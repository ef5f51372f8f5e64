"""The version of the catalogue, by which readers find what has changed since they last looked."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.events.models import CATALOGUE


async def raise_version(connection: AsyncConnection) -> int:
    """Return the next version, under a lock: versions are committed in their order.

    Call it before anything else is written, so that all writers lock in one order.
    """
    return await _add(connection, 1)


async def lock_version(connection: AsyncConnection) -> int:
    """Return the present version under that lock, for those who may have nothing to write."""
    return await _add(connection, 0)


async def _add(connection: AsyncConnection, number: int) -> int:
    row = [{"id": 1, "version": number}]
    await connection.execute(upsert(connection.dialect.name, CATALOGUE, row, add=["version"]))
    return await read_version(connection)


async def read_version(connection: AsyncConnection) -> int:
    """Return the present version; 0 if nothing was ever written."""
    version = await connection.scalar(select(CATALOGUE.c.version).where(CATALOGUE.c.id == 1))
    return int(version or 0)
