"""Add announcements of the rewards of weeks, and the outbox that publishes them.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _outbox()
    op.create_table(
        "announcement",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "iso_week"),
    )
    op.create_index("announcement_waiting", "announcement", ["due", "final"])


def _outbox() -> None:
    op.create_table(
        "lease",
        sa.Column("name", Identifier(length=64), nullable=False),
        sa.Column("holder", Identifier(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "outbox",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("topic", Identifier(length=200), nullable=False),
        sa.Column("key", Identifier(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("headers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_index("announcement_waiting", table_name="announcement")
    op.drop_table("announcement")
    op.drop_table("outbox")
    op.drop_table("lease")
