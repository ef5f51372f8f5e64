"""Add `brand.zone_issued_at`: when the time zone of a brand was first issued, so that weeks never move.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("brand", sa.Column("zone_issued_at", UtcDateTime(), nullable=True))
    op.execute(
        "UPDATE brand SET zone_issued_at = COALESCE("
        "(SELECT MIN(issued_at) FROM scheme WHERE scheme.brand_id = brand.brand_id), occurred_at)"
    )


def downgrade() -> None:
    op.drop_column("brand", "zone_issued_at")
