"""Messages of boards, which are longer than 64 kB.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import LONG_TEXT

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":  # where a text has no limit
        op.alter_column("outbox", "value", existing_type=sa.Text(), type_=LONG_TEXT, existing_nullable=False)


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("outbox", "value", existing_type=LONG_TEXT, type_=sa.Text(), existing_nullable=False)
