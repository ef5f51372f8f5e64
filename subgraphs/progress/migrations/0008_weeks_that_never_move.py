"""Add when the time zone of a brand was first issued, and disputed bets.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("brand", sa.Column("zone_issued_at", UtcDateTime(), nullable=True))
    op.create_table(
        "bet_claim",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("bet_id", Identifier(length=128), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
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
        sa.PrimaryKeyConstraint("brand_id", "bet_id", "customer_id", "revision"),
    )
    op.create_table(
        "dispute_decision",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("bet_id", Identifier(length=128), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("decided_by", sa.String(length=128), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "bet_id"),
    )
    op.execute(
        "UPDATE brand SET zone_issued_at = COALESCE("
        "(SELECT MIN(issued_at) FROM scheme WHERE scheme.brand_id = brand.brand_id), occurred_at)"
    )


def downgrade() -> None:
    op.drop_table("dispute_decision")
    op.drop_table("bet_claim")
    op.drop_column("brand", "zone_issued_at")
