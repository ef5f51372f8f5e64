"""Add decisions for all nodes, the outbox, and what nodes acknowledge.

Revision ID: 0030
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import JSON_LIST, Blob, Identifier, UtcDateTime

revision = "0030"
down_revision = "0010"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "global_subject",
        sa.Column("key", Identifier(length=255), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("kind", Identifier(length=32), nullable=False),
        sa.Column("subject", Identifier(length=150), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("event_id", Identifier(length=128), nullable=False),
        sa.Column("state", JSON_LIST, nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("global_subject_order", "global_subject", ["number"])
    op.create_table(
        "global_sequence",
        sa.Column("name", Identifier(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("generation", Identifier(length=64), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "node_report",
        sa.Column("node", Identifier(length=64), nullable=False),
        sa.Column("part", Identifier(length=64), nullable=False),
        sa.Column("process", sa.String(128), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("refused", JSON_LIST, nullable=False),
        sa.Column("kept", JSON_LIST, nullable=False),
        sa.Column("every_seconds", sa.Float(), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node", "part"),
    )
    _outbox()
    _stream()


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("topic", Identifier(length=200), nullable=False),
        sa.Column("key", Identifier(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("headers", JSON_LIST, nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "lease",
        sa.Column("name", Identifier(length=64), nullable=False),
        sa.Column("holder", Identifier(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _stream() -> None:
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
        "dead_letter",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("topic", Identifier(length=200), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("generation", Identifier(length=64), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("key", Blob(), nullable=True),
        sa.Column("value", Blob(), nullable=True),
        sa.Column("headers", JSON_LIST, nullable=False),
        sa.Column("produced_at", UtcDateTime(), nullable=True),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("topic", "partition", "offset", "generation", name="dead_letter_origin"),
    )


def downgrade() -> None:
    for table in (
        *("dead_letter", "position", "lease", "outbox"),
        *("node_report", "global_sequence", "global_subject"),
    ):
        op.drop_table(table)
