"""Assign content to versions: existing content belongs to the newest version that has started.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reward_content", sa.Column("config_version", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE reward_content SET config_version = ("
        "SELECT MAX(reward_config.config_version) FROM reward_config "
        "WHERE reward_config.brand_id = reward_content.brand_id "
        "AND reward_config.reward_id = reward_content.reward_id "
        "AND reward_config.status <> 'withdrawn' AND reward_config.effective_from <= CURRENT_TIMESTAMP"
        ") WHERE config_version IS NULL"
    )


def downgrade() -> None:
    op.drop_column("reward_content", "config_version")
