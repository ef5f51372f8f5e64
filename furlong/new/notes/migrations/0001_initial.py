"""Create the tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import LONG_TEXT, Blob, Identifier, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brand_lock",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.PrimaryKeyConstraint("brand_id"),
    )
    op.create_table(
        "cell",
        sa.Column("name", Identifier(length=32), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "dead_letter",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("topic", Identifier(length=200), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("generation", Identifier(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("key", Blob(), nullable=True),
        sa.Column("value", Blob(), nullable=True),
        sa.Column("headers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("produced_at", UtcDateTime(), nullable=True),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("topic", "partition", "offset", "generation", name="dead_letter_origin"),
    )
    op.create_table(
        "erasure",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_hash", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.Column("pseudonym", Identifier(length=64), nullable=False),
        sa.Column("found", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_hash"),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("installation_id", Identifier(length=36), nullable=False),
        sa.Column("kafka_cluster", sa.String(length=64), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "lease",
        sa.Column("name", Identifier(length=64), nullable=False),
        sa.Column("holder", Identifier(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "note",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("note_id", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "note_id"),
    )
    op.create_index("note_by_age", "note", ["written_at"])
    op.create_table(
        "outbox",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("topic", Identifier(length=200), nullable=False),
        sa.Column("key", Identifier(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("headers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "position",
        sa.Column("topic", Identifier(length=200), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", Identifier(length=64), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", "generation"),
    )
    op.create_table(
        "postponed",
        sa.Column("loop_name", Identifier(length=64), nullable=False),
        sa.Column("item", Identifier(length=128), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("loop_name", "item"),
    )
