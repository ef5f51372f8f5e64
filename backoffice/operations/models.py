"""The tables of operations: the revisions of brands, and of the configurations of providers and adapters."""

from typing import Final

from sqlalchemy import Column, Integer, String, Table

from backoffice.metadata import METADATA
from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime

BRAND_REVISION: Final = Table(
    "brand_revision",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("document", JSON_LIST, nullable=False),
    Column("reason", String(500), nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(200), nullable=False),
)
"""What was decided about a brand, one row for each revision, from 1. Append only."""


def revision_table(name: str) -> Table:
    """Return a table of the revisions of providers' configurations, one row for each, from 1. Append only.

    `approved_by` is null for what was imported, or was read back from the topic.
    """
    return Table(
        name,
        METADATA,
        Column("provider", Identifier(), primary_key=True),
        Column("revision", Integer, primary_key=True, autoincrement=False),
        Column("document", JSON_LIST, nullable=False),
        Column("reason", String(500), nullable=True),
        Column("submitted_by", String(200), nullable=False),
        Column("approved_by", String(200), nullable=True),
        Column("in_force_at", UtcDateTime, nullable=False),
    )


PROVIDER_REVISION: Final = revision_table("provider_revision")
"""What was in force for a provider of rewards."""

ADAPTER_REVISION: Final = revision_table("adapter_revision")
"""What was in force for an adapter with a process of its own."""
