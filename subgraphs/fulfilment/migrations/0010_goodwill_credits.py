"""Add goodwill credits, which two people of the back office decide.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "goodwill_credit",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("key", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("provider", Identifier(length=64), nullable=True),
        sa.Column("reward_id", Identifier(length=64), nullable=True),
        sa.Column("config_version", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("product", sa.String(length=16), nullable=True),
        sa.Column("value_minor", sa.Integer(), nullable=True),
        sa.Column("spins", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("expiry_days", sa.Integer(), nullable=True),
        sa.Column("wagering_multiple", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("credited_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("reference", sa.String(length=128), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("flag", sa.String(length=64), nullable=True),
        sa.Column("flagged_at", UtcDateTime(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("credit_id", Identifier(length=64), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "key"),
        sa.UniqueConstraint("key", name="goodwill_credit_key"),
    )
    op.create_index("goodwill_credit_due", "goodwill_credit", ["provider", "next_at", "state"])
    op.create_index("goodwill_credit_in_state", "goodwill_credit", ["state", "changed_at"])
    op.create_index("goodwill_credit_of_provider", "goodwill_credit", ["provider", "credited_at"])
    op.create_index("goodwill_credit_of_week", "goodwill_credit", ["brand_id", "iso_week"])


def downgrade() -> None:
    op.drop_table("goodwill_credit")
