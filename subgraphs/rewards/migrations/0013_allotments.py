"""Add the allotments of budgets among cells, and the requests that were refused for want of one.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import JSON_LIST, Identifier

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reward_allotment",
        sa.Column("brand_id", Identifier(), nullable=False),
        sa.Column("reward_id", Identifier(), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.Column("shares", JSON_LIST, nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "reward_id", "iso_week"),
    )
    op.create_table(
        "reward_asked",
        sa.Column("brand_id", Identifier(), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("reward_id", Identifier(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "reward_id"),
    )


def downgrade() -> None:
    op.drop_table("reward_asked")
    op.drop_table("reward_allotment")
