"""Add the number of customers who have seen the tracker to the figures of a week.

Revision ID: 0040
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("risk_week", sa.Column("seen", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("risk_week", "seen")
