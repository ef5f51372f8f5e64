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
        "catalogue",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
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
        "global_state",
        sa.Column("key", Identifier(length=255), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("kind", Identifier(length=32), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("event_id", Identifier(length=128), nullable=False),
        sa.Column("state", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("understood", sa.Boolean(), nullable=False),
        sa.Column("produced_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("global_state_of_brand", "global_state", ["kind", "brand_id"], unique=False)
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("installation_id", Identifier(length=36), nullable=False),
        sa.Column("kafka_cluster", sa.String(length=64), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "leader",
        sa.Column("data", Identifier(length=32), nullable=False),
        sa.Column("provider", Identifier(length=64), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("data"),
    )
    op.create_table(
        "leader_change",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("data", sa.String(length=32), nullable=False),
        sa.Column("before", Identifier(length=64), nullable=True),
        sa.Column("after", Identifier(length=64), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("leader_change_by_age", "leader_change", ["changed_at"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", Identifier(length=64), nullable=False),
        sa.Column("holder", Identifier(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "market",
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("market_id", Identifier(length=64), nullable=False),
        sa.Column("own_id", Identifier(length=16), nullable=False),
        sa.Column("sports_event_id", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("line_milli", sa.Integer(), nullable=True),
        sa.Column("place_terms", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("in_play", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "runners",
            LONG_TEXT,
            nullable=False,
        ),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "market_id"),
        sa.UniqueConstraint("own_id"),
    )
    op.create_index("market_by_age", "market", ["changed_at"], unique=False)
    op.create_index("market_by_offer", "market", ["provider", "sports_event_id"], unique=False)
    op.create_table(
        "match_decision",
        sa.Column("first_provider", Identifier(length=64), nullable=False),
        sa.Column("first_id", Identifier(length=64), nullable=False),
        sa.Column("second_provider", Identifier(length=64), nullable=False),
        sa.Column("second_id", Identifier(length=64), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("aliases", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("first_provider", "first_id", "second_provider", "second_id"),
    )
    op.create_table(
        "match_waiting",
        sa.Column("own_id", Identifier(length=16), nullable=False),
        sa.Column("sport", Identifier(length=64), nullable=False),
        sa.Column("offers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("candidates", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("own_id"),
    )
    op.create_index("match_waiting_by_sport", "match_waiting", ["sport", "starts_at"], unique=False)
    op.create_table(
        "offer",
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("sports_event_id", Identifier(length=64), nullable=False),
        sa.Column("own_id", Identifier(length=16), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("sport", Identifier(length=64), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("competition", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("competitors", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("score", sa.String(length=64), nullable=True),
        sa.Column("known_since", UtcDateTime(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("event_id", Identifier(length=16), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "sports_event_id"),
        sa.UniqueConstraint("own_id"),
    )
    op.create_index("offer_by_age", "offer", ["starts_at"], unique=False)
    op.create_index("offer_by_event", "offer", ["event_id"], unique=False)
    op.create_index("offer_by_revision", "offer", ["provider", "is_gone", "revision"], unique=False)
    op.create_index("offer_by_sport", "offer", ["sport", "starts_at"], unique=False)
    op.create_index("offer_by_version", "offer", ["version"], unique=False)
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
        "picture",
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("sports_event_id", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("fixtures_of", Identifier(length=64), nullable=False),
        sa.Column("stream_id", Identifier(length=64), nullable=False),
        sa.Column("territories", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "sports_event_id"),
    )
    op.create_index("picture_by_age", "picture", ["ends_at"], unique=False)
    op.create_index("picture_by_offer", "picture", ["fixtures_of", "sports_event_id"], unique=False)
    op.create_table(
        "provider",
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("capabilities", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("incomplete_since", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("first_revision", sa.BigInteger(), nullable=False),
        sa.Column("delay_ms", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider"),
    )
    op.create_table(
        "statistics",
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("sports_event_id", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "sports_event_id"),
    )
    op.create_index("statistics_by_age", "statistics", ["occurred_at"], unique=False)
    op.create_table(
        "trust",
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("well_since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("provider"),
    )
