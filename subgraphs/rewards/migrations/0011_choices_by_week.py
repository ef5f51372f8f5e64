"""Add an index of choices by week, for figures and their rows.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("reward_choice_by_week", "reward_choice", ["brand_id", "iso_week", "customer_id"])


def downgrade() -> None:
    op.drop_index("reward_choice_by_week", "reward_choice")
