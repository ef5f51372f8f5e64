"""Add jobs.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import LONG_TEXT, Identifier, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("job_id", Identifier(length=32), nullable=False),
        sa.Column("job_key", Identifier(length=128), nullable=False),
        sa.Column("kind", Identifier(length=64), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=True),
        sa.Column("arguments", LONG_TEXT, nullable=False),
        sa.Column("status", Identifier(length=16), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("checkpoint", LONG_TEXT, nullable=True),
        sa.Column("result", LONG_TEXT, nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("created_by", Identifier(length=64), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("holder", Identifier(length=64), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("job_id"),
        sa.UniqueConstraint("job_key", name="job_key_once"),
    )
    op.create_index("job_brand", "job", ["brand_id", "created_at", "job_id"])
    op.create_index("job_status", "job", ["status", "created_at", "job_id"])


def downgrade() -> None:
    op.drop_index("job_status", table_name="job")
    op.drop_index("job_brand", table_name="job")
    op.drop_table("job")
