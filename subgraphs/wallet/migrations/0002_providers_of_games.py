"""Transactions and sessions of games have the provider whose they are.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import Identifier

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("game_session", "game_transaction"):
        column: sa.Column[str] = sa.Column(
            "provider", Identifier(length=64), server_default="", nullable=False
        )
        op.add_column(table, column)
