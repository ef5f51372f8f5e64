"""Locks of brands, by which facts about customers and erasures exclude one another."""

from collections.abc import Collection

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import fetch, listed
from foundation.storage.columns import Identifier, upsert


def brand_lock_table(metadata: MetaData) -> Table:
    """Add the brands that facts have named, which are locked by row, to a block without a table of brands."""
    return Table("brand_lock", metadata, Column("brand_id", Identifier(), primary_key=True))


async def lock_brands(
    connection: AsyncConnection, brands: Collection[str], *, exclusive: bool, named: Table | None = None
) -> None:
    """Lock the rows of brands until the transaction ends; with SQLite, every write transaction is alone.

    Applying facts about customers takes a shared lock on their brand. Changing what such facts depend on, or
    erasing a customer, takes an exclusive one. So nothing is decided by what another transaction is changing.

    Args:
        connection: In a write transaction.
        brands: The brands.
        exclusive: Whether nobody else may hold a lock.
        named: From `brand_lock_table`, in a block without a table of brands; brands are added to it.
    """
    dialect = connection.dialect.name
    if not brands or dialect == "sqlite":
        return
    wanted, lock = listed(sorted(brands), dialect), "FOR UPDATE" if exclusive else "LOCK IN SHARE MODE"
    table = "brand" if named is None else named.name
    statement = f"SELECT brand_id FROM {table} WHERE brand_id IN ({wanted}) ORDER BY brand_id {lock}"  # noqa: S608
    rows = await fetch(connection, statement)
    if named is not None and len(rows) < len(brands):
        await connection.execute(upsert(dialect, named, [{"brand_id": brand} for brand in sorted(brands)]))
        await fetch(connection, statement)
