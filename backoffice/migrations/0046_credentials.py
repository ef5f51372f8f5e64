"""Add who gave an account its credentials, from the audit log, and links that replace them.

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime
from storage.migrations.resumable_steps import copy_missing_rows

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

LAST_GIFT = (
    "(SELECT u.user_id AS account, g.user_id, g.person, g.name, g.at "
    "FROM backoffice_user u JOIN audit_log g ON g.sequence = (SELECT MAX(l.sequence) FROM audit_log l "
    "WHERE l.action IN ('people.add', 'people.reset') AND SUBSTR(l.subject, 6) = u.user_id) "
    "WHERE u.password_hash IS NOT NULL)"
)
"""For each account with a password, the entry of the last time when somebody else gave it one."""


def upgrade() -> None:
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
    columns = {
        "user_id": "s.account",
        "given_by": "s.user_id",
        "giver_person": "s.person",
        "giver_name": "s.name",
        "given_at": "s.at",
    }
    copy_missing_rows("credential_giver", LAST_GIFT, columns, ("user_id", "given_by"))


def downgrade() -> None:
    op.drop_table("credential_link")
    op.drop_table("credential_giver")
