"""Where customers were at home when they qualified.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("qualification", sa.Column("jurisdiction", sa.String(length=8), nullable=True))


def downgrade() -> None:
    op.drop_column("qualification", "jurisdiction")
