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
    provider = Identifier(length=64)
    op.add_column(
        "game_session", sa.Column("provider", provider, server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "game_transaction", sa.Column("provider", provider, server_default=sa.text("''"), nullable=False)
    )
