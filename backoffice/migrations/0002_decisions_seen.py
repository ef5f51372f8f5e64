"""Decisions that their proposers have seen.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("backoffice_user", sa.Column("decisions_seen_at", UtcDateTime(), nullable=True))
    op.create_index("proposal_proposer", "proposal", ["proposed_by", "decided_at"], unique=False)
