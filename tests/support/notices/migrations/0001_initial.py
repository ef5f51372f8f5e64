"""initial

Revision ID: 0001
Revises:
"""

from alembic import op

from tests.support.notices.models import METADATA

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
