"""Create the audit log and proposals.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import LONG_TEXT, Identifier, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", Identifier(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "audit_log",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("user_id", Identifier(length=64), nullable=False),
        sa.Column("person", Identifier(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("session_id", Identifier(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("action", Identifier(length=100), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=True),
        sa.Column("subject", Identifier(length=255), nullable=False),
        sa.Column("before", LONG_TEXT, nullable=True),
        sa.Column("after", LONG_TEXT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("previous_hash", Identifier(length=64), nullable=False),
        sa.Column("hash", Identifier(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_index("audit_log_action", "audit_log", ["action", "sequence"])
    op.create_index("audit_log_brand", "audit_log", ["brand_id", "sequence"])
    op.create_index("audit_log_subject", "audit_log", ["subject", "sequence"])
    op.create_index("audit_log_user", "audit_log", ["user_id", "sequence"])
    op.create_table(
        "proposal",
        sa.Column("proposal_id", Identifier(length=32), nullable=False),
        sa.Column("kind", Identifier(length=64), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=True),
        sa.Column("subject", Identifier(length=255), nullable=False),
        sa.Column("content", LONG_TEXT, nullable=False),
        sa.Column("content_hash", Identifier(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", Identifier(length=16), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("proposed_by", Identifier(length=64), nullable=False),
        sa.Column("proposer_person", Identifier(length=254), nullable=False),
        sa.Column("proposer_name", sa.String(length=200), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", Identifier(length=64), nullable=True),
        sa.Column("decider_person", Identifier(length=254), nullable=True),
        sa.Column("decider_name", sa.String(length=200), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("outcome", LONG_TEXT, nullable=True),
        sa.PrimaryKeyConstraint("proposal_id"),
    )
    op.create_index("proposal_brand", "proposal", ["brand_id", "status", "proposed_at", "proposal_id"])
    op.create_index("proposal_status", "proposal", ["status", "proposed_at", "proposal_id"])


def downgrade() -> None:
    op.drop_index("proposal_status", table_name="proposal")
    op.drop_index("proposal_brand", table_name="proposal")
    op.drop_table("proposal")
    op.drop_index("audit_log_user", table_name="audit_log")
    op.drop_index("audit_log_subject", table_name="audit_log")
    op.drop_index("audit_log_brand", table_name="audit_log")
    op.drop_index("audit_log_action", table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_table("audit_head")
