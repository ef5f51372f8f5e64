"""Add an index of choices by week and reward, for the customers behind a figure.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "reward_choice_by_reward", "reward_choice", ["brand_id", "iso_week", "reward_id", "customer_id"]
    )


def downgrade() -> None:
    op.drop_index("reward_choice_by_reward", "reward_choice")
