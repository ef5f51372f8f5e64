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
    op.create_index("audit_log_action", "audit_log", ["action", "sequence"], unique=False)
    op.create_index("audit_log_brand", "audit_log", ["brand_id", "sequence"], unique=False)
    op.create_index("audit_log_subject", "audit_log", ["subject", "sequence"], unique=False)
    op.create_index("audit_log_user", "audit_log", ["user_id", "sequence"], unique=False)
    op.create_table(
        "backoffice_session",
        sa.Column("token_hash", Identifier(length=64), nullable=False),
        sa.Column("session_id", Identifier(length=32), nullable=False),
        sa.Column("user_id", Identifier(length=32), nullable=False),
        sa.Column("stage", Identifier(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("stepped_up_until", UtcDateTime(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("oidc_session", Identifier(length=255), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
        sa.UniqueConstraint("session_id", name="backoffice_session_id"),
    )
    op.create_index("backoffice_session_oidc", "backoffice_session", ["oidc_session"], unique=False)
    op.create_index("backoffice_session_user", "backoffice_session", ["user_id"], unique=False)
    op.create_table(
        "backoffice_user",
        sa.Column("user_id", Identifier(length=32), nullable=False),
        sa.Column("login", Identifier(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("person", Identifier(length=254), nullable=False),
        sa.Column("status", Identifier(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("password_expired", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_confirmed", sa.Boolean(), nullable=False),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("oidc_issuer", Identifier(length=255), nullable=True),
        sa.Column("oidc_subject", Identifier(length=255), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("login", name="backoffice_user_login"),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject", name="backoffice_user_oidc"),
    )
    op.create_table(
        "backoffice_user_role",
        sa.Column("user_id", Identifier(length=32), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("role", Identifier(length=16), nullable=False),
        sa.Column("granted_by", Identifier(length=64), nullable=False),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "brand_id", "role"),
    )
    op.create_table(
        "brand_revision",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "revision"),
    )
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
        sa.Column("editors", sa.JSON(none_as_null=True), nullable=False),
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
    op.create_index("content_revision_due", "content_revision", ["state", "publish_at"], unique=False)
    op.create_table(
        "credential_giver",
        sa.Column("user_id", Identifier(length=32), nullable=False),
        sa.Column("given_by", Identifier(length=64), nullable=False),
        sa.Column("giver_person", Identifier(length=254), nullable=False),
        sa.Column("giver_name", sa.String(length=200), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "given_by"),
    )
    op.create_table(
        "credential_link",
        sa.Column("user_id", Identifier(length=32), nullable=False),
        sa.Column("token_hash", Identifier(length=64), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("token_hash", name="credential_link_token"),
    )
    op.create_table(
        "customer_export",
        sa.Column("job_id", Identifier(length=32), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("document", LONG_TEXT, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("customer_export_made_at", "customer_export", ["made_at"], unique=False)
    op.create_index(
        "customer_export_of_customer", "customer_export", ["brand_id", "customer_id"], unique=False
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
    op.create_table(
        "global_sequence",
        sa.Column("name", Identifier(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("generation", Identifier(length=64), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "global_subject",
        sa.Column("key", Identifier(length=255), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("kind", Identifier(length=32), nullable=False),
        sa.Column("subject", Identifier(length=150), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("event_id", Identifier(length=128), nullable=False),
        sa.Column("state", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("global_subject_order", "global_subject", ["number"], unique=False)
    op.create_table(
        "goodwill_budget",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("customer_minor", sa.Integer(), nullable=False),
        sa.Column("agent_minor", sa.Integer(), nullable=False),
        sa.Column("raised_by", Identifier(length=200), nullable=True),
        sa.Column("approved_by", Identifier(length=200), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "currency", "iso_week"),
    )
    op.create_table(
        "goodwill_reservation",
        sa.Column("proposal_id", Identifier(length=32), nullable=False),
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("customer_id", Identifier(length=128), nullable=False),
        sa.Column("agent", Identifier(length=200), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id"),
    )
    op.create_index(
        "goodwill_reservation_of_week",
        "goodwill_reservation",
        ["brand_id", "iso_week", "currency", "status"],
        unique=False,
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
    op.create_index("job_brand", "job", ["brand_id", "created_at", "job_id"], unique=False)
    op.create_index("job_newest", "job", ["created_at", "job_id"], unique=False)
    op.create_index("job_status", "job", ["status", "created_at", "job_id"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", Identifier(length=64), nullable=False),
        sa.Column("holder", Identifier(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
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
    op.create_index(
        "legal_hold_of_customer", "legal_hold", ["brand_id", "customer_id", "put_at"], unique=False
    )
    op.create_table(
        "node_report",
        sa.Column("node", Identifier(length=64), nullable=False),
        sa.Column("part", Identifier(length=64), nullable=False),
        sa.Column("process", sa.String(length=128), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("kept", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("providers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("cell", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("budgets", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("every_seconds", sa.Float(), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node", "part"),
    )
    op.create_table(
        "oidc_logout_token",
        sa.Column("token_id", Identifier(length=255), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_id"),
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
    op.create_index(
        "proposal_brand", "proposal", ["brand_id", "status", "proposed_at", "proposal_id"], unique=False
    )
    op.create_index("proposal_kind", "proposal", ["kind", "proposed_at", "proposal_id"], unique=False)
    op.create_index("proposal_newest", "proposal", ["proposed_at", "proposal_id"], unique=False)
    op.create_index("proposal_status", "proposal", ["status", "proposed_at", "proposal_id"], unique=False)
    op.create_index("proposal_subject", "proposal", ["subject", "proposed_at", "proposal_id"], unique=False)
    op.create_table(
        "provider_revision",
        sa.Column("provider", Identifier(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("submitted_by", sa.String(length=200), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("in_force_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "revision"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", Identifier(length=32), nullable=False),
        sa.Column("code_hash", Identifier(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "code_hash"),
    )
    op.create_table(
        "risk_cell",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("cell", Identifier(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "cell"),
    )
    op.create_table(
        "risk_curve",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rewards", sa.Integer(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "currency", "hour"),
    )
    op.create_table(
        "risk_money",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("counted_bets", sa.BigInteger(), nullable=False),
        sa.Column("turnover_minor", sa.BigInteger(), nullable=False),
        sa.Column("member_turnover_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "currency"),
    )
    op.create_table(
        "risk_reward",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("reward_id", Identifier(length=64), nullable=False),
        sa.Column("config_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("stage", Identifier(length=16), nullable=False),
        sa.Column("source", Identifier(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("spins", sa.BigInteger(), nullable=False),
        sa.Column("unvalued", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "brand_id", "iso_week", "reward_id", "config_version", "currency", "stage", "source"
        ),
    )
    op.create_index("risk_reward_stage", "risk_reward", ["brand_id", "stage", "iso_week"], unique=False)
    op.create_table(
        "risk_week",
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("opted_in", sa.Integer(), nullable=False),
        sa.Column("qualified", sa.Integer(), nullable=False),
        sa.Column("chose", sa.Integer(), nullable=False),
        sa.Column("credited", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("in_doubt", sa.Integer(), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week"),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("throttle_key", Identifier(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcDateTime(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("throttle_key"),
    )
    op.create_index("sign_in_throttle_failed", "sign_in_throttle", ["failed_at"], unique=False)
