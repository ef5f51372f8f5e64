"""Add the revisions of providers' configurations, and what nodes report about providers.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import JSON_LIST, Identifier, UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_revision",
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", JSON_LIST, nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("submitted_by", sa.String(200), nullable=False),
        sa.Column("approved_by", sa.String(200), nullable=True),
        sa.Column("in_force_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "revision"),
    )
    op.add_column("node_report", sa.Column("providers", JSON_LIST, nullable=True))
    op.add_column("node_report", sa.Column("cell", JSON_LIST, nullable=True))


def downgrade() -> None:
    op.drop_column("node_report", "cell")
    op.drop_column("node_report", "providers")
    op.drop_table("provider_revision")
