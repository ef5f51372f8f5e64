"""Add an index of changes in doubt by their age.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("intent_waiting", "intent", ["status", "created_at"])


def downgrade() -> None:
    op.drop_index("intent_waiting", table_name="intent")
