"""Support's tables: legal holds, exports that wait to be fetched, and the budgets of goodwill."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from backoffice.metadata import METADATA
from foundation.storage.columns import LONG_TEXT, Identifier, UtcDateTime

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

GOODWILL_BUDGET = Table(
    "goodwill_budget",
    METADATA,
    Column("brand_id", Identifier(64), primary_key=True),
    Column("currency", Identifier(3), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("amount_minor", Integer, nullable=False),
    Column("customer_minor", Integer, nullable=False),
    Column("agent_minor", Integer, nullable=False),
    Column("raised_by", Identifier(200), nullable=True),
    Column("approved_by", Identifier(200), nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),
)
"""How much goodwill may be given in a week; an empty week stands for each without a budget of its own.

`raised_by` and `approved_by` are the persons who last raised it: they do not spend it.
"""

GOODWILL_RESERVATION = Table(
    "goodwill_reservation",
    METADATA,
    Column("proposal_id", Identifier(32), primary_key=True),
    Column("brand_id", Identifier(64), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("iso_week", Identifier(8), nullable=False),
    Column("customer_id", Identifier(128), nullable=False),
    Column("agent", Identifier(200), nullable=False),
    Column("amount_minor", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("goodwill_reservation_of_week", "brand_id", "iso_week", "currency", "status"),
)
"""What proposed and approved credits take from the week's budget. Rows are kept; `status` says what holds."""
