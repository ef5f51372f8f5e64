"""Add the figures that cells have counted.

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import JSON_LIST, Identifier, UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_cell",
        sa.Column("brand_id", Identifier(), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("cell", Identifier(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("message", JSON_LIST, nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "cell"),
    )


def downgrade() -> None:
    op.drop_table("risk_cell")
