"""Add `week_definition`: what each week was opened with.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "week_definition",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("jurisdiction", Identifier(length=8), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("scheme_version", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("locks_at", UtcDateTime(), nullable=False),
        sa.Column("grace_until", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "jurisdiction", "currency"),
    )


def downgrade() -> None:
    op.drop_table("week_definition")
