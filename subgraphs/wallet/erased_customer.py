"""The table of erased customers: since when, and where they were, whose rows are kept."""

from sqlalchemy import Column, Index, MetaData, Table

from foundation.storage.columns import Identifier, UtcDateTime


def erased_customer_table(metadata: MetaData) -> Table:
    """Add the table to the wallet's metadata: `customer_id` is the pseudonym."""
    return Table(
        "erased_customer",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_id", Identifier(128), primary_key=True),
        Column("jurisdiction", Identifier(8), nullable=False),
        Column("erased_at", UtcDateTime, nullable=False),
        Index("erased_customer_by_term", "jurisdiction", "erased_at"),
    )
