"""Add the jurisdictions of customers when they qualified, and customers who were erased.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("qualification", sa.Column("jurisdiction", sa.String(length=8), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_hash", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.Column("pseudonym", Identifier(length=64), nullable=False),
        sa.Column("found", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_hash"),
    )


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_column("qualification", "jurisdiction")
