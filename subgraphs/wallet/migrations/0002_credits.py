"""credits

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
        "given_credit",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("credit_id", Identifier(length=64), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("product", Identifier(length=16), nullable=True),
        sa.Column("valid_days", sa.Integer(), nullable=True),
        sa.Column("given_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "credit_id"),
    )
    op.create_index("given_credit_by_time", "given_credit", ["given_at", "credit_id"], unique=False)
    op.add_column("customer_account", sa.Column("product", Identifier(length=16), nullable=True))
    op.add_column("customer_account", sa.Column("ended_at", UtcDateTime(), nullable=True))
    op.create_index(
        "customer_account_by_expiry", "customer_account", ["ended_at", "expires_at"], unique=False
    )
