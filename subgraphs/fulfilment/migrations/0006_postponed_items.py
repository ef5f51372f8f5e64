"""Items with which loops could not go on.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import Identifier, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "postponed",
        sa.Column("loop_name", Identifier(length=64), nullable=False),
        sa.Column("item", Identifier(length=128), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("loop_name", "item"),
    )
