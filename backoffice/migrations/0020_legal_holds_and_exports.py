"""Add legal holds and exports of a person's data.

Revision ID: 0020
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import LONG_TEXT, Identifier, UtcDateTime

revision = "0020"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("hold_id", Identifier(length=32), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("put_by", sa.String(length=200), nullable=False),
        sa.Column("put_at", UtcDateTime(), nullable=False),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.Column("lifted_by", sa.String(length=200), nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("hold_id"),
    )
    op.create_index("legal_hold_of_customer", "legal_hold", ["brand_id", "customer_id", "put_at"])
    op.create_table(
        "customer_export",
        sa.Column("job_id", Identifier(length=32), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("document", LONG_TEXT, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("customer_export_of_customer", "customer_export", ["brand_id", "customer_id"])
    op.create_index("customer_export_made_at", "customer_export", ["made_at"])


def downgrade() -> None:
    op.drop_index("customer_export_made_at", table_name="customer_export")
    op.drop_index("customer_export_of_customer", table_name="customer_export")
    op.drop_table("customer_export")
    op.drop_index("legal_hold_of_customer", table_name="legal_hold")
    op.drop_table("legal_hold")
