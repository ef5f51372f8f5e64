"""Content belongs to a version: what is there belongs to the newest version that had begun.

Revision ID: 0007
Revises: 0006
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from subgraphs.kit.columns import Identifier, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reward_content", sa.Column("config_version", sa.Integer(), nullable=True))
    content = sa.table(
        "reward_content",
        sa.column("brand_id", Identifier(64)),
        sa.column("reward_id", Identifier(64)),
        sa.column("config_version", sa.Integer()),
    )
    config = sa.table(
        "reward_config",
        sa.column("brand_id", Identifier(64)),
        sa.column("reward_id", Identifier(64)),
        sa.column("config_version", sa.Integer()),
        sa.column("status", sa.String(16)),
        sa.column("effective_from", UtcDateTime()),
    )
    newest = (
        sa.select(sa.func.max(config.c.config_version))
        .where(
            config.c.brand_id == content.c.brand_id,
            config.c.reward_id == content.c.reward_id,
            config.c.status != "withdrawn",
            config.c.effective_from <= datetime.now(UTC),
        )
        .scalar_subquery()
    )
    op.execute(content.update().where(content.c.config_version.is_(None)).values(config_version=newest))


def downgrade() -> None:
    op.drop_column("reward_content", "config_version")
