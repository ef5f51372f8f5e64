"""Add indexes for lists of proposals and jobs of all brands, the newest first.

Revision ID: 0043
Revises: 0042
"""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

INDEXES = {
    "proposal_newest": ("proposal", ["proposed_at", "proposal_id"]),
    "proposal_kind": ("proposal", ["kind", "proposed_at", "proposal_id"]),
    "proposal_subject": ("proposal", ["subject", "proposed_at", "proposal_id"]),
    "job_newest": ("job", ["created_at", "job_id"]),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
