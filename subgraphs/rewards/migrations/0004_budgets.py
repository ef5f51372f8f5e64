"""Add budgets of rewards, their use, and recalled rewards.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier
from storage.migrations.resumable_steps import copy_missing_rows

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "reward_config", sa.Column("recalled", sa.Boolean(), nullable=False, server_default=sa.text("0"))
    )
    op.create_table(
        "reward_budget",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("reward_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("rewards", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "reward_id", "iso_week"),
    )
    op.create_table(
        "reward_taken",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("reward_id", Identifier(length=64), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "reward_id"),
    )
    copy_missing_rows(
        "reward_taken",
        "(SELECT brand_id, iso_week, reward_id, COUNT(*) AS taken FROM reward_choice"
        " GROUP BY brand_id, iso_week, reward_id)",
        {name: f"s.{name}" for name in ("brand_id", "iso_week", "reward_id", "taken")},
        ("brand_id", "iso_week", "reward_id"),
    )


def downgrade() -> None:
    op.drop_table("reward_taken")
    op.drop_table("reward_budget")
    op.drop_column("reward_config", "recalled")
