"""Add qualifications, the facts that they follow from, and the outbox that publishes them.

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


def upgrade() -> None:
    _outbox()
    op.create_table(
        "membership_change",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("opted_in", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "version"),
    )
    copy_missing_rows(
        "membership_change",
        "membership",
        {
            "brand_id": "s.brand_id",
            "customer_id": "s.customer_id",
            "version": "s.version",
            "opted_in": "s.opted_in",
            "at": "COALESCE(CASE WHEN s.opted_in THEN s.since ELSE s.left_at END, s.occurred_at)",
        },
        ("brand_id", "customer_id", "version"),
    )
    op.create_table(
        "qualification",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("target_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "iso_week"),
    )
    op.create_index("qualification_by_week", "qualification", ["brand_id", "iso_week", "status"])
    op.create_table(
        "week_closing",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("jurisdiction", Identifier(length=8), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("provisional_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "jurisdiction", "currency"),
    )


def _outbox() -> None:
    op.create_table(
        "lease",
        sa.Column("name", Identifier(length=64), nullable=False),
        sa.Column("holder", Identifier(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "outbox",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("topic", Identifier(length=200), nullable=False),
        sa.Column("key", Identifier(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("headers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("week_closing")
    op.drop_index("qualification_by_week", table_name="qualification")
    op.drop_table("qualification")
    op.drop_table("membership_change")
    op.drop_table("outbox")
    op.drop_table("lease")
