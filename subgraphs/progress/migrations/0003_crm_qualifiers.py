"""Add `crm_qualifier`: customers who qualified through the old, manual process.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_qualifier",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("staked_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reward_id", Identifier(length=64), nullable=True),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "iso_week"),
    )


def downgrade() -> None:
    op.drop_table("crm_qualifier")
