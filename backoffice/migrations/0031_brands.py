"""Add the revisions of brands.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import JSON_LIST, Identifier, UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brand_revision",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", JSON_LIST, nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "revision"),
    )


def downgrade() -> None:
    op.drop_table("brand_revision")
