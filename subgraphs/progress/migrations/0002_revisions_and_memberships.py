"""Add late revisions, memberships and repairs.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "contribution", sa.Column("kept", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_index("contribution_by_week", "contribution", ["brand_id", "iso_week"], unique=False)
    op.create_table(
        "kept_revision",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("bet_id", Identifier(length=128), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("bet_type", sa.String(length=16), nullable=True),
        sa.Column("product", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=True),
        sa.Column("stake_minor", sa.Integer(), nullable=False),
        sa.Column("counting_stake_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("stake_source", sa.String(length=16), nullable=False),
        sa.Column("odds_milli", sa.Integer(), nullable=True),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "bet_id", "revision"),
    )
    op.create_index("kept_revision_by_week", "kept_revision", ["brand_id", "iso_week"], unique=False)
    op.create_table(
        "late_revision",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("bet_id", Identifier(length=128), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("counted_minor", sa.Integer(), nullable=False),
        sa.Column("would_count_minor", sa.Integer(), nullable=False),
        sa.Column("would_be", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "bet_id"),
    )
    op.create_index("late_revision_by_week", "late_revision", ["brand_id", "iso_week"], unique=False)
    op.create_table(
        "membership",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("opted_in", sa.Boolean(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("first_opted_in_at", UtcDateTime(), nullable=True),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id"),
    )
    op.create_table(
        "repair",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("repaired_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("repair")
    op.drop_table("membership")
    op.drop_index("late_revision_by_week", table_name="late_revision")
    op.drop_table("late_revision")
    op.drop_index("kept_revision_by_week", table_name="kept_revision")
    op.drop_table("kept_revision")
    op.drop_index("contribution_by_week", table_name="contribution")
    op.drop_column("contribution", "kept")
