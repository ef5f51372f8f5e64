"""Locks of brands, by which facts about customers and erasures exclude one another."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import fetch, listed


async def lock_brands(connection: AsyncConnection, brands: Collection[str], *, exclusive: bool) -> None:
    """Lock the rows of brands until the transaction ends; with SQLite, every write transaction is alone.

    Applying facts about customers takes a shared lock on their brand. Changing what such facts depend on, or
    erasing a customer, takes an exclusive one. So nothing is decided by what another transaction is changing.
    """
    dialect = connection.dialect.name
    if not brands or dialect == "sqlite":
        return
    wanted, lock = listed(sorted(brands), dialect), "FOR UPDATE" if exclusive else "LOCK IN SHARE MODE"
    await fetch(
        connection,
        f"SELECT brand_id FROM brand WHERE brand_id IN ({wanted}) ORDER BY brand_id {lock}",  # noqa: S608
    )
