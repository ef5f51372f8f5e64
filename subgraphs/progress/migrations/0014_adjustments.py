"""Add adjustments: what people added to a week's total, or took from it.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adjustment",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("adjustment_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "adjustment_id"),
    )
    op.create_index("adjustment_of_week", "adjustment", ["brand_id", "customer_id", "iso_week"])


def downgrade() -> None:
    op.drop_index("adjustment_of_week", table_name="adjustment")
    op.drop_table("adjustment")
