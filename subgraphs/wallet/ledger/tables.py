"""The tables of a ledger; no rule of it is in the database."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table

from foundation.storage.columns import Identifier
from subgraphs.wallet.ledger.limits import MAX_ID_LENGTH

PENDING: Final = "pending"
POSTED: Final = "posted"
VOIDED: Final = "voided"
EXPIRED: Final = "expired"


@dataclass(frozen=True, slots=True)
class LedgerTables:
    """Accounts, transfers, how pending ones ended, balances by account, and what is over."""

    account: Table
    transfer: Table
    pending_transfer: Table
    account_balance: Table
    frontier: Table

    @classmethod
    def declare(cls, metadata: MetaData) -> "LedgerTables":
        """Add the tables to a block's metadata."""
        return cls(
            _account(metadata),
            _transfer(metadata),
            _pending(metadata),
            _balance(metadata),
            _frontier(metadata),
        )


def _id(name: str, **options: Any) -> Column[str]:
    return Column(name, Identifier(MAX_ID_LENGTH), **({"nullable": False} | options))


def _number(name: str, **options: Any) -> Column[int]:
    return Column(name, BigInteger, **({"nullable": False} | options))


def _account(metadata: MetaData) -> Table:
    """`last_timestamp`: of the last batch that decided by these balances; the next one's are later."""
    return Table(
        "ledger_account",
        metadata,
        _id("id", primary_key=True),
        Column("ledger", Integer, nullable=False),
        Column("code", Integer, nullable=False),
        Column("flags", Integer, nullable=False),
        _number("debits_pending"),
        _number("debits_posted"),
        _number("credits_pending"),
        _number("credits_posted"),
        _id("user_data_128"),
        _number("user_data_64"),
        _number("user_data_32"),
        _number("timestamp"),
        _number("last_timestamp"),
    )


def _transfer(metadata: MetaData) -> Table:
    """Rows are only inserted.

    `failure`: "" for a transfer. Otherwise the row keeps an id that failed for ever, with the result, and has
    no accounts: one primary key makes sure that no id has two outcomes.
    """
    return Table(
        "transfer",
        metadata,
        _id("id", primary_key=True),
        _id("debit_account_id"),
        _id("credit_account_id"),
        _number("amount"),
        _id("pending_id"),
        _id("user_data_128"),
        _number("user_data_64"),
        _number("user_data_32"),
        _number("timeout"),
        Column("ledger", Integer, nullable=False),
        Column("code", Integer, nullable=False),
        Column("flags", Integer, nullable=False),
        _number("timestamp"),
        Column("failure", String(40), nullable=False),
        Index("transfer_by_debit", "debit_account_id", "timestamp"),
        Index("transfer_by_credit", "credit_account_id", "timestamp"),
    )


def _pending(metadata: MetaData) -> Table:
    """How a pending transfer stands.

    `expires_at`: in microseconds; null if it has no timeout. `status`: pending, posted, voided or expired.
    `ended_by`: the transfer that posted or voided it; otherwise "".
    """
    return Table(
        "pending_transfer",
        metadata,
        _id("id", primary_key=True),
        _number("expires_at", nullable=True),
        Column("status", String(8), nullable=False),
        _number("ended_at", nullable=True),
        _id("ended_by"),
        Index("pending_transfer_by_expiry", "status", "expires_at"),
    )


def _balance(metadata: MetaData) -> Table:
    """The balances after each transfer, of accounts with the flag `history`."""
    return Table(
        "account_balance",
        metadata,
        _id("account_id", primary_key=True),
        _number("timestamp", primary_key=True, autoincrement=False),
        _number("debits_pending"),
        _number("debits_posted"),
        _number("credits_pending"),
        _number("credits_posted"),
    )


def _frontier(metadata: MetaData) -> Table:
    """One row at most: nothing new gets a timestamp up to `closed_until`, in microseconds.

    Each batch shares a lock on it, so that whoever raises it waits for those that may still be earlier.
    """
    return Table(
        "ledger_frontier",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        _number("closed_until"),
    )
