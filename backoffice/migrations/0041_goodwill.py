"""Add the budgets of goodwill, and what is reserved of them.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "goodwill_budget",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("customer_minor", sa.Integer(), nullable=False),
        sa.Column("agent_minor", sa.Integer(), nullable=False),
        sa.Column("raised_by", Identifier(length=200), nullable=True),
        sa.Column("approved_by", Identifier(length=200), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "currency", "iso_week"),
    )
    op.create_table(
        "goodwill_reservation",
        sa.Column("proposal_id", Identifier(length=32), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("agent", Identifier(length=200), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id"),
    )
    op.create_index(
        "goodwill_reservation_of_week",
        "goodwill_reservation",
        ["brand_id", "iso_week", "currency", "status"],
    )


def downgrade() -> None:
    op.drop_table("goodwill_reservation")
    op.drop_table("goodwill_budget")
