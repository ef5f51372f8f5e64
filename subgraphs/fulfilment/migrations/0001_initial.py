"""Create the tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from foundation.storage.columns import Blob, Identifier, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STAGE = (
    "CASE WHEN state IN ('CONFIRMED', 'FULFILLING', 'REVIEW') THEN 'owed' "
    "WHEN state IN ('EXCLUDING', 'REVOKING', 'INELIGIBLE', 'REVOKED') THEN 'stopped' "
    "WHEN state = 'USED' OR (state = 'CREDITED' AND kind = 'cash') THEN 'used' "
    "WHEN state = 'CREDITED' THEN 'outstanding' WHEN state = 'EXPIRED' THEN 'expired' END"
)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rg_state", sa.String(length=16), nullable=False),
        sa.Column("promo_restricted", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id"),
    )
    op.create_table(
        "account_change",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rg_state", sa.String(length=16), nullable=False),
        sa.Column("promo_restricted", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "revision"),
    )
    op.create_table(
        "attempt",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("key", Identifier(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attempt_of_key", "attempt", ["key", "id"], unique=False)
    op.create_table(
        "brand",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("default_locale", sa.String(length=35), nullable=False),
        sa.Column("locales", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("default_jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("jurisdictions", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("default_currency", sa.String(length=3), nullable=False),
        sa.Column("currencies", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("zone_issued_at", UtcDateTime(), nullable=True),
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
        "choice",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("reward_id", Identifier(length=64), nullable=True),
        sa.Column("config_version", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("product", sa.String(length=16), nullable=True),
        sa.Column("value_minor", sa.Integer(), nullable=True),
        sa.Column("spins", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("expiry_days", sa.Integer(), nullable=True),
        sa.Column("wagering_multiple", sa.Integer(), nullable=True),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "iso_week"),
    )
    op.create_index(
        "choice_by_reward", "choice", ["brand_id", "iso_week", "reward_id", "customer_id"], unique=False
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
        "fulfilment",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("key", Identifier(length=64), nullable=False),
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
        sa.Column("stage", Identifier(length=16), sa.Computed(STAGE, persisted=False), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "iso_week"),
        sa.UniqueConstraint("key", name="fulfilment_key"),
    )
    op.create_index(
        "fulfilment_by_reward",
        "fulfilment",
        ["brand_id", "iso_week", "stage", "reward_id", "customer_id"],
        unique=False,
    )
    op.create_index(
        "fulfilment_by_stage", "fulfilment", ["brand_id", "iso_week", "stage", "customer_id"], unique=False
    )
    op.create_index("fulfilment_due", "fulfilment", ["provider", "next_at", "state"], unique=False)
    op.create_index("fulfilment_in_state", "fulfilment", ["state", "changed_at"], unique=False)
    op.create_index("fulfilment_of_provider", "fulfilment", ["provider", "credited_at"], unique=False)
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
        sa.Column("stage", Identifier(length=16), sa.Computed(STAGE, persisted=False), nullable=True),
        sa.Column("credit_id", Identifier(length=64), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "key"),
        sa.UniqueConstraint("key", name="goodwill_credit_key"),
    )
    op.create_index("goodwill_credit_due", "goodwill_credit", ["provider", "next_at", "state"], unique=False)
    op.create_index("goodwill_credit_in_state", "goodwill_credit", ["state", "changed_at"], unique=False)
    op.create_index(
        "goodwill_credit_of_provider", "goodwill_credit", ["provider", "credited_at"], unique=False
    )
    op.create_index("goodwill_credit_of_week", "goodwill_credit", ["brand_id", "iso_week"], unique=False)
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
        "provider",
        sa.Column("name", Identifier(length=64), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "provider_in_use",
        sa.Column("name", Identifier(length=64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "provider_report",
        sa.Column("worker", Identifier(length=128), nullable=False),
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=True),
        sa.Column("circuit", sa.String(length=16), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("succeeded_at", UtcDateTime(), nullable=True),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("worker", "provider"),
    )
    op.create_table(
        "published_outcome",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
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
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("credited_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("reference", sa.String(length=128), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("flag", sa.String(length=64), nullable=True),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "iso_week"),
    )
    op.create_table(
        "qualification",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("target_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "iso_week"),
    )
    op.create_index(
        "qualification_by_status",
        "qualification",
        ["brand_id", "iso_week", "status", "customer_id"],
        unique=False,
    )
    op.create_index(
        "qualification_by_week", "qualification", ["brand_id", "iso_week", "customer_id"], unique=False
    )
    op.create_table(
        "reconciliation",
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("differences", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "day"),
    )
    op.create_table(
        "scheme",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("jurisdiction", Identifier(length=8), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("qualifying_product", sa.String(length=16), nullable=False),
        sa.Column("target_minor", sa.Integer(), nullable=False),
        sa.Column("min_stake_minor", sa.Integer(), nullable=False),
        sa.Column("min_odds_milli", sa.Integer(), nullable=False),
        sa.Column("bet_types", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("channels", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("count_before_opt_in", sa.Boolean(), nullable=False),
        sa.Column("void_policy", sa.String(length=32), nullable=False),
        sa.Column("default_reward_id", Identifier(length=64), nullable=True),
        sa.Column("choice_lock_minutes", sa.Integer(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("terms_version", sa.String(length=64), nullable=False),
        sa.Column("terms_summary", sa.Text(), nullable=False),
        sa.Column("terms_url", sa.String(length=2000), nullable=False),
        sa.Column("effective_from", UtcDateTime(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "jurisdiction", "currency", "version"),
    )
    op.create_table(
        "week_definition",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("jurisdiction", Identifier(length=8), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("scheme_version", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("locks_at", UtcDateTime(), nullable=False),
        sa.Column("grace_until", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "jurisdiction", "currency"),
    )
