"""Revisions of adapters' settings.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import Identifier, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adapter_revision",
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("submitted_by", sa.String(length=200), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("in_force_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "revision"),
    )
