"""Add an index of qualifications by week and territory, from which they are counted.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "qualification_by_territory",
        "qualification",
        ["brand_id", "iso_week", "jurisdiction", "currency", "status"],
    )


def downgrade() -> None:
    op.drop_index("qualification_by_territory", "qualification")
