"""Accounts: what a caller asks for, and what becomes of it.

Names, meanings and the order of precedence are those of TigerBeetle's reference (`Account` and
`create_accounts`, July 2026), without imported events.
"""

from enum import IntFlag, StrEnum, auto

from msgspec import Struct

from subgraphs.wallet.ledger.limits import (
    CODE_MAX,
    LEDGER_MAX,
    USER_DATA_32_MAX,
    USER_DATA_64_MAX,
    check_id,
    check_number,
)


class AccountFlags(IntFlag):
    """What holds of an account.

    LINKED: it and the next one in the request are created together or not at all.
    DEBITS_MUST_NOT_EXCEED_CREDITS: what it has paid and reserved is at most what it has got.
    CREDITS_MUST_NOT_EXCEED_DEBITS: the mirror of it.
    HISTORY: its balances after each transfer are kept.
    CLOSED: it takes nothing but voids of pending transfers.
    """

    LINKED = 1 << 0
    DEBITS_MUST_NOT_EXCEED_CREDITS = 1 << 1
    CREDITS_MUST_NOT_EXCEED_DEBITS = 1 << 2
    HISTORY = 1 << 3
    CLOSED = 1 << 5


class CreateAccountStatus(StrEnum):
    """What became of an account; of several that apply, the first."""

    CREATED = auto()
    LINKED_EVENT_FAILED = auto()
    LINKED_EVENT_CHAIN_OPEN = auto()
    TIMESTAMP_MUST_BE_ZERO = auto()
    RESERVED_FLAG = auto()
    ID_MUST_NOT_BE_ZERO = auto()
    EXISTS_WITH_DIFFERENT_FLAGS = auto()
    EXISTS_WITH_DIFFERENT_USER_DATA_128 = auto()
    EXISTS_WITH_DIFFERENT_USER_DATA_64 = auto()
    EXISTS_WITH_DIFFERENT_USER_DATA_32 = auto()
    EXISTS_WITH_DIFFERENT_LEDGER = auto()
    EXISTS_WITH_DIFFERENT_CODE = auto()
    EXISTS = auto()
    FLAGS_ARE_MUTUALLY_EXCLUSIVE = auto()
    DEBITS_PENDING_MUST_BE_ZERO = auto()
    DEBITS_POSTED_MUST_BE_ZERO = auto()
    CREDITS_PENDING_MUST_BE_ZERO = auto()
    CREDITS_POSTED_MUST_BE_ZERO = auto()
    LEDGER_MUST_NOT_BE_ZERO = auto()
    CODE_MUST_NOT_BE_ZERO = auto()


class Account(Struct, frozen=True, array_like=True):
    """An account with its sums, all in minor units.

    Attributes:
        id: Chosen by the caller: ASCII, opaque, never a customer's.
        ledger: The currency's number in ISO 4217.
        code: The kind of account, as the callers define it.
        flags: See `AccountFlags`.
        debits_pending: What pending transfers reserve on its debit side; likewise the other sums.
        user_data_128: What the caller wants to find again: opaque, too. "" means nothing.
        timestamp: When it was created, in microseconds of the database's clock; 0 in a request.
    """

    id: str = ""
    ledger: int = 0
    code: int = 0
    flags: int = 0
    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0
    user_data_128: str = ""
    user_data_64: int = 0
    user_data_32: int = 0
    timestamp: int = 0


class AccountBalance(Struct, frozen=True, array_like=True):
    """The sums of an account after the transfer of a timestamp."""

    timestamp: int
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int


class CreateAccountResult(Struct, frozen=True):
    """What became of an account, and when: for `exists`, when it was created."""

    timestamp: int
    status: CreateAccountStatus


def check_account(account: Account) -> None:
    """Refuse what no column can hold.

    Raises:
        ValueError: An id is no ASCII of at most 64 characters, or a number is out of its range.
    """
    check_id("id", account.id)
    check_id("user_data_128", account.user_data_128)
    check_number("user_data_64", account.user_data_64, USER_DATA_64_MAX)
    check_number("user_data_32", account.user_data_32, USER_DATA_32_MAX)
    check_number("ledger", account.ledger, LEDGER_MAX)
    check_number("code", account.code, CODE_MAX)
    check_number("flags", account.flags, CODE_MAX)
