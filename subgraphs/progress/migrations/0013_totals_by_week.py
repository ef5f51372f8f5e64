"""Add an index of totals by week, for figures and their rows.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("progress_by_week", "progress", ["brand_id", "iso_week", "customer_id"])


def downgrade() -> None:
    op.drop_index("progress_by_week", "progress")
