"""Add accounts, roles, sessions, recovery codes and attempts to sign in.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
    op.create_index("backoffice_session_oidc", "backoffice_session", ["oidc_session"])
    op.create_index("backoffice_session_user", "backoffice_session", ["user_id"])
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
        "recovery_code",
        sa.Column("user_id", Identifier(length=32), nullable=False),
        sa.Column("code_hash", Identifier(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "code_hash"),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("throttle_key", Identifier(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcDateTime(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("throttle_key"),
    )
    op.create_index("sign_in_throttle_failed", "sign_in_throttle", ["failed_at"])


def downgrade() -> None:
    op.drop_index("sign_in_throttle_failed", table_name="sign_in_throttle")
    op.drop_table("sign_in_throttle")
    op.drop_table("recovery_code")
    op.drop_table("backoffice_user_role")
    op.drop_table("backoffice_user")
    op.drop_index("backoffice_session_user", table_name="backoffice_session")
    op.drop_index("backoffice_session_oidc", table_name="backoffice_session")
    op.drop_table("backoffice_session")
