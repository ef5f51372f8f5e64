"""Add the origin of membership changes, an index of changes in doubt by age, and the progress of rounds.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("intent_waiting", "intent", ["status", "created_at"])
    op.add_column(
        "membership_event",
        sa.Column("origin", sa.String(length=16), nullable=False, server_default="customer"),
    )
    op.create_table(
        "comparison",
        sa.Column("name", Identifier(length=64), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("comparison")
    op.drop_column("membership_event", "origin")
    op.drop_index("intent_waiting", table_name="intent")
