"""a customer's open bets

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
    op.create_index("bet_of_customer_by_status", "bet", ["brand_id", "customer_id", "status"])
