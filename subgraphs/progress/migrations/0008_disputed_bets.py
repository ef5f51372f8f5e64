"""Bets that have come for several customers.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from subgraphs.kit.columns import Identifier

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disputed_bet",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("bet_id", Identifier(length=128), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "bet_id", "customer_id"),
    )


def downgrade() -> None:
    op.drop_table("disputed_bet")
