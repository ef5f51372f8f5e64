"""Create the tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from foundation.storage.columns import LONG_TEXT, Blob, Identifier, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


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
        "account_balance",
        sa.Column("account_id", Identifier(length=64), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("debits_pending", sa.BigInteger(), nullable=False),
        sa.Column("debits_posted", sa.BigInteger(), nullable=False),
        sa.Column("credits_pending", sa.BigInteger(), nullable=False),
        sa.Column("credits_posted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "timestamp"),
    )
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
        "close_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", Identifier(length=64), nullable=False),
        sa.Column("marks", sa.BigInteger(), nullable=False),
        sa.Column("begins", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "correction",
        sa.Column("correction_id", Identifier(length=64), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit", Identifier(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("state", Identifier(length=16), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("correction_id"),
    )
    op.create_index(
        "correction_of_brand", "correction", ["brand_id", "decided_at", "correction_id"], unique=False
    )
    op.create_index("correction_of_customer", "correction", ["brand_id", "customer_id"], unique=False)
    op.create_index("correction_waiting", "correction", ["state", "decided_at"], unique=False)
    op.create_table(
        "customer_account",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("credit", Identifier(length=64), nullable=False),
        sa.Column("account_id", Identifier(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("product", Identifier(length=16), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "currency", "code", "credit"),
        sa.UniqueConstraint("account_id"),
    )
    op.create_index(
        "customer_account_by_expiry", "customer_account", ["ended_at", "expires_at"], unique=False
    )
    op.create_table(
        "customer_limit",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("kind", Identifier(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("pending_amount", sa.BigInteger(), nullable=True),
        sa.Column("pending_currency", sa.String(length=3), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("due", UtcDateTime(), nullable=True),
        sa.Column("lapses", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "kind"),
    )
    op.create_table(
        "day_close",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column(
            "content",
            sa.Text().with_variant(mysql.MEDIUMTEXT(), "mariadb").with_variant(mysql.MEDIUMTEXT(), "mysql"),
            nullable=False,
        ),
        sa.Column("hash", Identifier(length=64), nullable=False),
        sa.Column("previous_hash", Identifier(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("day"),
        sa.UniqueConstraint("previous_hash"),
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
        "erased_customer",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("jurisdiction", Identifier(length=8), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id"),
    )
    op.create_index("erased_customer_by_term", "erased_customer", ["jurisdiction", "erased_at"], unique=False)
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
        "exclusion",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("kind", Identifier(length=16), nullable=False),
        sa.Column("product", Identifier(length=16), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "kind", "product", "since"),
    )
    op.create_table(
        "financial_check",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", Identifier(length=128), nullable=True),
        sa.Column("finding", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "due_at"),
    )
    op.create_index("financial_check_open", "financial_check", ["closed_at", "due_at"], unique=False)
    op.create_table(
        "gambling_break",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("request_key", Identifier(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("product", sa.String(length=16), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "request_key"),
    )
    op.create_table(
        "game_session",
        sa.Column("session_id", Identifier(length=64), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("game_code", Identifier(length=255), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("game_session_by_end", "game_session", ["ends_at"], unique=False)
    op.create_index("game_session_of_customer", "game_session", ["brand_id", "customer_id"], unique=False)
    op.create_table(
        "game_transaction",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("transaction_uuid", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("kind", Identifier(length=16), nullable=False),
        sa.Column("reference", Identifier(length=64), nullable=True),
        sa.Column("round", Identifier(length=255), nullable=True),
        sa.Column("round_closed", sa.Boolean(), nullable=False),
        sa.Column("game_code", Identifier(length=255), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("is_free", sa.Boolean(), nullable=False),
        sa.Column("session_id", Identifier(length=64), nullable=False),
        sa.Column("status", Identifier(length=64), nullable=True),
        sa.Column("is_rolled_back", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "transaction_uuid"),
    )
    op.create_index("game_transaction_by_age", "game_transaction", ["created_at"], unique=False)
    op.create_index("game_transaction_of_bet", "game_transaction", ["brand_id", "reference"], unique=False)
    op.create_index(
        "game_transaction_of_customer", "game_transaction", ["brand_id", "customer_id", "round"], unique=False
    )
    op.create_table(
        "given_credit",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("credit_id", Identifier(length=64), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("product", Identifier(length=16), nullable=True),
        sa.Column("valid_days", sa.Integer(), nullable=True),
        sa.Column("given_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "credit_id"),
    )
    op.create_index("given_credit_by_time", "given_credit", ["given_at", "credit_id"], unique=False)
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
        "ledger_account",
        sa.Column("id", Identifier(length=64), nullable=False),
        sa.Column("ledger", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("debits_pending", sa.BigInteger(), nullable=False),
        sa.Column("debits_posted", sa.BigInteger(), nullable=False),
        sa.Column("credits_pending", sa.BigInteger(), nullable=False),
        sa.Column("credits_posted", sa.BigInteger(), nullable=False),
        sa.Column("user_data_128", Identifier(length=64), nullable=False),
        sa.Column("user_data_64", sa.BigInteger(), nullable=False),
        sa.Column("user_data_32", sa.BigInteger(), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("last_timestamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "ledger_frontier",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("closed_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "limit_change",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("request_key", Identifier(length=128), nullable=False),
        sa.Column("body_hash", Identifier(length=64), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("product", sa.String(length=16), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("due", UtcDateTime(), nullable=True),
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("who", Identifier(length=128), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand_id", "customer_id", "request_key", name="limit_change_once"),
    )
    op.create_table(
        "limit_claim",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("claim_id", Identifier(length=128), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("product", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "claim_id"),
    )
    op.create_index(
        "limit_claim_counted",
        "limit_claim",
        ["brand_id", "customer_id", "act", "at", "state", "currency", "amount_minor"],
        unique=False,
    )
    op.create_table(
        "limit_holder",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("active_at", UtcDateTime(), nullable=True),
        sa.Column("deposited", sa.Boolean(), nullable=False),
        sa.Column("declined_at", UtcDateTime(), nullable=True),
        sa.Column("reviewed_at", UtcDateTime(), nullable=True),
        sa.Column("no_limit_at", UtcDateTime(), nullable=True),
        sa.Column("look_at", UtcDateTime(), nullable=True),
        sa.Column("exclusions_revision", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "customer_id"),
    )
    op.create_index("limit_holder_look", "limit_holder", ["look_at"], unique=False)
    op.create_table(
        "limit_notice",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("kind", Identifier(length=16), nullable=False),
        sa.Column("subject", Identifier(length=16), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "customer_id", "kind", "subject", "due_at"),
    )
    op.create_table(
        "operator_bet",
        sa.Column("reservation_id", Identifier(length=48), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("purpose", Identifier(length=8), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("operator_user", Identifier(length=128), nullable=False),
        sa.Column("token", sa.String(length=255), nullable=False),
        sa.Column("state", Identifier(length=16), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("busy_until", UtcDateTime(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("reservation_id"),
    )
    op.create_index("operator_bet_due", "operator_bet", ["next_at"], unique=False)
    op.create_index("operator_bet_of_customer", "operator_bet", ["brand_id", "customer_id"], unique=False)
    op.create_table(
        "operator_session",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("token", sa.String(length=255), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "customer_id"),
    )
    op.create_table(
        "operator_win",
        sa.Column("settlement_id", Identifier(length=48), nullable=False),
        sa.Column("reservation_id", Identifier(length=48), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("returns_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", Identifier(length=16), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("busy_until", UtcDateTime(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("settlement_id"),
    )
    op.create_index("operator_win_due", "operator_win", ["next_at"], unique=False)
    op.create_index("operator_win_of_bet", "operator_win", ["reservation_id"], unique=False)
    op.create_index("operator_win_of_customer", "operator_win", ["brand_id", "customer_id"], unique=False)
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
        "payout_hold",
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("held_at", UtcDateTime(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("decision_id", Identifier(length=64), nullable=True),
        sa.PrimaryKeyConstraint("currency", "day"),
    )
    op.create_index("payout_hold_open", "payout_hold", ["lifted_at", "currency"], unique=False)
    op.create_table(
        "pending_transfer",
        sa.Column("id", Identifier(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", Identifier(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("pending_transfer_by_expiry", "pending_transfer", ["status", "expires_at"], unique=False)
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
        sa.Column("control_per_mille", sa.Integer(), server_default="0", nullable=False),
        sa.Column("trial_reward_id", Identifier(length=64), nullable=True),
        sa.Column("trial_per_mille", sa.Integer(), server_default="0", nullable=False),
        sa.Column("event_scope", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "jurisdiction", "currency", "version"),
    )
    op.create_table(
        "transfer",
        sa.Column("id", Identifier(length=64), nullable=False),
        sa.Column("debit_account_id", Identifier(length=64), nullable=False),
        sa.Column("credit_account_id", Identifier(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("pending_id", Identifier(length=64), nullable=False),
        sa.Column("user_data_128", Identifier(length=64), nullable=False),
        sa.Column("user_data_64", sa.BigInteger(), nullable=False),
        sa.Column("user_data_32", sa.BigInteger(), nullable=False),
        sa.Column("timeout", sa.BigInteger(), nullable=False),
        sa.Column("ledger", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("transfer_by_credit", "transfer", ["credit_account_id", "timestamp"], unique=False)
    op.create_index("transfer_by_debit", "transfer", ["debit_account_id", "timestamp"], unique=False)
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
    op.create_table(
        "payment",
        sa.Column("payment_id", Identifier(length=35), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("idempotency_key", Identifier(length=128), nullable=False),
        sa.Column("direction", Identifier(length=16), nullable=False),
        sa.Column("method_id", Identifier(length=64), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("language", Identifier(length=16), nullable=False),
        sa.Column("destination_id", Identifier(length=35), nullable=False),
        sa.Column("routes", sa.String(length=2000), nullable=False),
        sa.Column(
            "choices",
            sa.Text().with_variant(mysql.MEDIUMTEXT(), "mariadb").with_variant(mysql.MEDIUMTEXT(), "mysql"),
            nullable=False,
        ),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("state", Identifier(length=16), nullable=False),
        sa.Column("account_id", Identifier(length=64), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("refusal", Identifier(length=32), nullable=False),
        sa.Column("review", sa.String(length=200), nullable=False),
        sa.Column("decision", Identifier(length=16), nullable=False),
        sa.Column("decision_id", Identifier(length=64), nullable=False),
        sa.Column("decided_by", sa.String(length=410), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=False),
        sa.Column("given_back_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id"),
        sa.UniqueConstraint("brand_id", "customer_id", "idempotency_key", name="payment_by_key"),
    )
    op.create_index(
        "payment_by_state", "payment", ["brand_id", "state", "asked_at", "payment_id"], unique=False
    )
    op.create_index("payment_due", "payment", ["due_at"], unique=False)
    op.create_index("payment_newest", "payment", ["brand_id", "asked_at", "payment_id"], unique=False)
    op.create_index("payment_of_customer", "payment", ["brand_id", "customer_id", "asked_at"], unique=False)
    op.create_table(
        "payment_case",
        sa.Column("case_id", Identifier(length=35), nullable=False),
        sa.Column("kind", Identifier(length=16), nullable=False),
        sa.Column("processor", Identifier(length=64), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("payment_id", Identifier(length=35), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column(
            "details",
            sa.Text().with_variant(mysql.MEDIUMTEXT(), "mariadb").with_variant(mysql.MEDIUMTEXT(), "mysql"),
            nullable=False,
        ),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=410), nullable=False),
        sa.Column("finding", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index("payment_case_of", "payment_case", ["payment_id"], unique=False)
    op.create_index("payment_case_of_day", "payment_case", ["day", "processor"], unique=False)
    op.create_index("payment_case_open", "payment_case", ["closed_at", "opened_at"], unique=False)
    op.create_table(
        "payment_destination",
        sa.Column("destination_id", Identifier(length=35), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("holder", sa.String(length=140), nullable=False),
        sa.Column("account", Identifier(length=64), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("destination_id"),
        sa.UniqueConstraint("brand_id", "customer_id", "account", name="payment_destination_once"),
    )
    op.create_table(
        "payment_part",
        sa.Column("part_id", Identifier(length=35), nullable=False),
        sa.Column("payment_id", Identifier(length=35), nullable=False),
        sa.Column("kind", Identifier(length=16), nullable=False),
        sa.Column("processor", Identifier(length=64), nullable=False),
        sa.Column("reference", Identifier(length=128), nullable=False),
        sa.Column("source", Identifier(length=35), nullable=False),
        sa.Column("state", Identifier(length=16), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=True),
        sa.Column("admission", Identifier(length=32), nullable=False),
        sa.Column("booked", Identifier(length=16), nullable=False),
        sa.PrimaryKeyConstraint("part_id"),
    )
    op.create_index("payment_part_asked", "payment_part", ["asked_at"], unique=False)
    op.create_index("payment_part_by_reference", "payment_part", ["processor", "reference"], unique=False)
    op.create_index("payment_part_moved", "payment_part", ["processor", "moved_at"], unique=False)
    op.create_index("payment_part_of", "payment_part", ["payment_id"], unique=False)
    op.create_table(
        "payment_refund",
        sa.Column("decision_id", Identifier(length=64), nullable=False),
        sa.Column("payment_id", Identifier(length=35), nullable=False),
        sa.Column("part_id", Identifier(length=35), nullable=False),
        sa.Column("charge_id", Identifier(length=35), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by", sa.String(length=410), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("refusal", Identifier(length=32), nullable=False),
        sa.PrimaryKeyConstraint("decision_id"),
        sa.UniqueConstraint("part_id", name="payment_refund_by_part"),
    )
    op.create_index("payment_refund_decided", "payment_refund", ["decided_at"], unique=False)
    op.create_index("payment_refund_of", "payment_refund", ["payment_id"], unique=False)
    op.create_table(
        "payment_report",
        sa.Column("processor", Identifier(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("different", sa.Integer(), nullable=False),
        sa.Column("digest", Identifier(length=64), nullable=False),
        sa.Column("compared_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("processor", "day"),
    )
    op.create_table(
        "payment_line",
        sa.Column("processor", Identifier(length=64), nullable=False),
        sa.Column("line_id", Identifier(length=128), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part_id", Identifier(length=35), nullable=False),
        sa.Column("kind", Identifier(length=16), nullable=False),
        sa.Column("reference", Identifier(length=128), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column(
            "details",
            sa.Text().with_variant(mysql.MEDIUMTEXT(), "mariadb").with_variant(mysql.MEDIUMTEXT(), "mysql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("processor", "line_id"),
    )
    op.create_index("payment_line_of", "payment_line", ["part_id"], unique=False)
    op.create_index("payment_line_of_day", "payment_line", ["processor", "day"], unique=False)
