"""bank accounts that were removed

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import LONG_TEXT, Blob, Identifier, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_destination", sa.Column("removed_at", UtcDateTime(), nullable=True))
    op.create_index("payment_destination_by_account", "payment_destination", ["account"])
