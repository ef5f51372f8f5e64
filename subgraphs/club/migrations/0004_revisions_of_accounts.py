"""Add `account_change`: every revision of an account, beginning with those that are known.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime
from storage.migrations.resumable_steps import copy_missing_rows

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = (
    "brand_id",
    "customer_id",
    "revision",
    "status",
    "verified",
    "jurisdiction",
    "currency",
    "rg_state",
    "promo_restricted",
    "occurred_at",
)
KEY = ("brand_id", "customer_id", "revision")


def upgrade() -> None:
    op.create_table(
        "account_change",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rg_state", sa.String(length=16), nullable=False),
        sa.Column("promo_restricted", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "revision"),
    )
    copy_missing_rows("account_change", "account", {name: f"s.{name}" for name in COLUMNS}, KEY)


def downgrade() -> None:
    op.drop_table("account_change")
