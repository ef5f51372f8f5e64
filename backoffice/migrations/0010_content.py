"""Add content, its revisions and its images, and the results of dry runs.

Revision ID: 0010
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import JSON_LIST, LONG_TEXT, Blob, Identifier, UtcDateTime

revision = "0010"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "content_image",
        sa.Column("hash", Identifier(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", Blob(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=200), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "content_item",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("reward_id", Identifier(length=64), nullable=False),
        sa.Column("config_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("newest_revision", sa.Integer(), nullable=False),
        sa.Column("open_revision", sa.Integer(), nullable=True),
        sa.Column("published_revision", sa.Integer(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "reward_id", "config_version"),
    )
    op.create_table(
        "content_revision",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("reward_id", Identifier(length=64), nullable=False),
        sa.Column("config_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("document", LONG_TEXT, nullable=False),
        sa.Column("content_hash", Identifier(length=64), nullable=False),
        sa.Column("editors", JSON_LIST, nullable=False),
        sa.Column("rollback_of", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=False),
        sa.Column("edited_by", sa.String(length=200), nullable=False),
        sa.Column("proposal_id", Identifier(length=32), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("approver", Identifier(length=254), nullable=True),
        sa.Column("approved_hash", Identifier(length=64), nullable=True),
        sa.Column("publish_at", UtcDateTime(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("published_by", sa.String(length=200), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "reward_id", "config_version", "revision"),
    )
    op.create_table(
        "dry_run_difference",
        sa.Column("job_id", Identifier(length=32), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("bet_id", Identifier(length=128), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("stake_minor", sa.Integer(), nullable=False),
        sa.Column("before_minor", sa.Integer(), nullable=False),
        sa.Column("before_reason", sa.String(length=24), nullable=False),
        sa.Column("after_minor", sa.Integer(), nullable=False),
        sa.Column("after_reason", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "customer_id", "bet_id"),
    )
    op.create_index("content_revision_due", "content_revision", ["state", "publish_at"])


def downgrade() -> None:
    op.drop_table("dry_run_difference")
    op.drop_index("content_revision_due", table_name="content_revision")
    op.drop_table("content_revision")
    op.drop_table("content_item")
    op.drop_table("content_image")
