"""The tables of operations: the revisions of brands, and of providers' configurations."""

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


PROVIDER_REVISION: Final = Table(
    "provider_revision",
    METADATA,
    Column("provider", Identifier(), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("document", JSON_LIST, nullable=False),
    Column("reason", String(500), nullable=True),
    Column("submitted_by", String(200), nullable=False),
    Column("approved_by", String(200), nullable=True),
    Column("in_force_at", UtcDateTime, nullable=False),
)
"""What was in force for a provider, one row for each revision, from 1. Append only.

`approved_by` is null for what was imported from the file of the workers.
"""
