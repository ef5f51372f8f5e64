"""Add the last global message of each subject.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import JSON_LIST, Identifier, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "global_state",
        sa.Column("key", Identifier(length=255), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("kind", Identifier(length=32), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("event_id", Identifier(length=128), nullable=False),
        sa.Column("state", JSON_LIST, nullable=True),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("understood", sa.Boolean(), nullable=False),
        sa.Column("produced_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("global_state_of_brand", "global_state", ["kind", "brand_id"])


def downgrade() -> None:
    op.drop_table("global_state")
