"""Add an index of qualifications by week, for figures and their rows.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("qualification_by_week", "qualification", ["brand_id", "iso_week", "customer_id"])


def downgrade() -> None:
    op.drop_index("qualification_by_week", "qualification")
