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
        "account",
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
