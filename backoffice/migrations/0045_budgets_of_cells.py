"""Add what cells report about the use of budgets.

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import JSON_LIST

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("node_report", sa.Column("budgets", JSON_LIST, nullable=True))


def downgrade() -> None:
    op.drop_column("node_report", "budgets")
