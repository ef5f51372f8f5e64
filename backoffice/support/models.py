"""Support's tables: legal holds, and exports that wait to be fetched."""

from sqlalchemy import Column, Index, String, Table, Text

from backoffice.metadata import METADATA
from storage.columns import LONG_TEXT, Identifier, UtcDateTime

LEGAL_HOLD = Table(
    "legal_hold",
    METADATA,
    Column("hold_id", Identifier(32), primary_key=True),
    Column("brand_id", Identifier(64), nullable=False),
    Column("customer_id", Identifier(128), nullable=False),
    Column("reason", Text, nullable=False),
    Column("put_by", String(200), nullable=False),
    Column("put_at", UtcDateTime, nullable=False),
    Column("lift_reason", Text, nullable=True),
    Column("lifted_by", String(200), nullable=True),
    Column("lifted_at", UtcDateTime, nullable=True),
    Index("legal_hold_of_customer", "brand_id", "customer_id", "put_at"),
)
"""Why a customer's data may not be erased. A hold is lifted, never deleted."""

CUSTOMER_EXPORT = Table(
    "customer_export",
    METADATA,
    Column("job_id", Identifier(32), primary_key=True),
    Column("brand_id", Identifier(64), nullable=False),
    Column("customer_id", Identifier(128), nullable=False),
    Column("document", LONG_TEXT, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Index("customer_export_of_customer", "brand_id", "customer_id"),
    Index("customer_export_made_at", "made_at"),
)
"""Exports of a person's data, kept for a week, and deleted when the person is erased."""
