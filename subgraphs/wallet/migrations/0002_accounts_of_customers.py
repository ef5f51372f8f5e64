"""accounts of customers

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import Identifier, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_account",
        sa.Column("brand_id", Identifier(), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("credit", Identifier(length=64), nullable=False),
        sa.Column("account_id", Identifier(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "currency", "code", "credit"),
        sa.UniqueConstraint("account_id"),
    )
