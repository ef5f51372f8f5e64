"""Add the week to the claims on disputed bets, so that each claimant sees them.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bet_claim", sa.Column("iso_week", Identifier(length=8), nullable=True))
    op.create_index("bet_claim_of_customer", "bet_claim", ["brand_id", "customer_id", "iso_week"])


def downgrade() -> None:
    op.drop_index("bet_claim_of_customer", "bet_claim")
    op.drop_column("bet_claim", "iso_week")
