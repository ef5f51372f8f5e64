"""prizes of games' suppliers

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "game_transaction", sa.Column("is_prize", sa.Boolean(), server_default=sa.text("0"), nullable=False)
    )
