"""Add `late_decision`: people's decisions about late revisions.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_decision",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("bet_id", Identifier(length=128), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("counted_minor", sa.Integer(), nullable=False),
        sa.Column("would_count_minor", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(length=128), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "bet_id", "revision"),
    )


def downgrade() -> None:
    op.drop_table("late_decision")
