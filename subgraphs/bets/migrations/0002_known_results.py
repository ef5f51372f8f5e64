"""known results

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("market_result", sa.Column("known_at", UtcDateTime(), nullable=True))
