"""Add the scheme version that a week was opened with.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("week_closing", sa.Column("scheme_version", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("week_closing", "scheme_version")
