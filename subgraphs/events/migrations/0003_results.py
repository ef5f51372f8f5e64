"""results

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import Identifier

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("market", sa.Column("void_periods", sa.JSON(none_as_null=True), nullable=True))
    op.add_column(
        "market", sa.Column("result_announced", sa.Boolean(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("market", sa.Column("told_result", Identifier(length=32), nullable=True))
    op.add_column("market", sa.Column("told_revision", sa.BigInteger(), nullable=True))
    op.create_index("market_by_result", "market", ["result_announced"], unique=False)
