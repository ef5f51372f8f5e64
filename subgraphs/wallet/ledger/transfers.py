"""Transfers: what a caller asks for, and what becomes of it.

Names, meanings and the order of precedence are those of TigerBeetle's reference (`Transfer` and
`create_transfers`, July 2026), without imported events, and without an id of `2^128 - 1`, which no text is.
"""

from enum import IntFlag, StrEnum, auto
from typing import Final

from msgspec import Struct

from subgraphs.wallet.ledger.limits import (
    AMOUNT_MAX,
    CODE_MAX,
    LEDGER_MAX,
    USER_DATA_32_MAX,
    USER_DATA_64_MAX,
    check_id,
    check_number,
)


class TransferFlags(IntFlag):
    """What kind of transfer it is.

    LINKED: it and the next one in the request succeed or fail together.
    PENDING: it reserves the amount until it is posted, voided, or its timeout has passed.
    POST_PENDING_TRANSFER: it moves what a pending transfer reserved, or a part; the rest is released.
    VOID_PENDING_TRANSFER: it releases what a pending transfer reserved.
    BALANCING_DEBIT: the amount is cut to what the debit account has.
    BALANCING_CREDIT: the amount is cut to what the credit account may take.
    CLOSING_DEBIT: it closes the debit account until it is voided or expires; only with PENDING.
    CLOSING_CREDIT: the same, for the credit account.
    """

    LINKED = 1 << 0
    PENDING = 1 << 1
    POST_PENDING_TRANSFER = 1 << 2
    VOID_PENDING_TRANSFER = 1 << 3
    BALANCING_DEBIT = 1 << 4
    BALANCING_CREDIT = 1 << 5
    CLOSING_DEBIT = 1 << 6
    CLOSING_CREDIT = 1 << 7


class CreateTransferStatus(StrEnum):
    """What became of a transfer; of several that apply, the first."""

    CREATED = auto()
    LINKED_EVENT_FAILED = auto()
    LINKED_EVENT_CHAIN_OPEN = auto()
    TIMESTAMP_MUST_BE_ZERO = auto()
    RESERVED_FLAG = auto()
    ID_MUST_NOT_BE_ZERO = auto()
    EXISTS_WITH_DIFFERENT_FLAGS = auto()
    EXISTS_WITH_DIFFERENT_PENDING_ID = auto()
    EXISTS_WITH_DIFFERENT_TIMEOUT = auto()
    EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID = auto()
    EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID = auto()
    EXISTS_WITH_DIFFERENT_AMOUNT = auto()
    EXISTS_WITH_DIFFERENT_USER_DATA_128 = auto()
    EXISTS_WITH_DIFFERENT_USER_DATA_64 = auto()
    EXISTS_WITH_DIFFERENT_USER_DATA_32 = auto()
    EXISTS_WITH_DIFFERENT_LEDGER = auto()
    EXISTS_WITH_DIFFERENT_CODE = auto()
    EXISTS = auto()
    ID_ALREADY_FAILED = auto()
    FLAGS_ARE_MUTUALLY_EXCLUSIVE = auto()
    DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO = auto()
    CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO = auto()
    ACCOUNTS_MUST_BE_DIFFERENT = auto()
    PENDING_ID_MUST_BE_ZERO = auto()
    PENDING_ID_MUST_NOT_BE_ZERO = auto()
    PENDING_ID_MUST_BE_DIFFERENT = auto()
    TIMEOUT_RESERVED_FOR_PENDING_TRANSFER = auto()
    CLOSING_TRANSFER_MUST_BE_PENDING = auto()
    LEDGER_MUST_NOT_BE_ZERO = auto()
    CODE_MUST_NOT_BE_ZERO = auto()
    DEBIT_ACCOUNT_NOT_FOUND = auto()
    CREDIT_ACCOUNT_NOT_FOUND = auto()
    ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER = auto()
    TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS = auto()
    PENDING_TRANSFER_NOT_FOUND = auto()
    PENDING_TRANSFER_NOT_PENDING = auto()
    PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID = auto()
    PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID = auto()
    PENDING_TRANSFER_HAS_DIFFERENT_LEDGER = auto()
    PENDING_TRANSFER_HAS_DIFFERENT_CODE = auto()
    EXCEEDS_PENDING_TRANSFER_AMOUNT = auto()
    PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT = auto()
    PENDING_TRANSFER_ALREADY_POSTED = auto()
    PENDING_TRANSFER_ALREADY_VOIDED = auto()
    PENDING_TRANSFER_EXPIRED = auto()
    DEBIT_ACCOUNT_ALREADY_CLOSED = auto()
    CREDIT_ACCOUNT_ALREADY_CLOSED = auto()
    OVERFLOWS_DEBITS_PENDING = auto()
    OVERFLOWS_CREDITS_PENDING = auto()
    OVERFLOWS_DEBITS_POSTED = auto()
    OVERFLOWS_CREDITS_POSTED = auto()
    OVERFLOWS_DEBITS = auto()
    OVERFLOWS_CREDITS = auto()
    EXCEEDS_CREDITS = auto()
    EXCEEDS_DEBITS = auto()


_S: Final = CreateTransferStatus

TRANSIENT: Final = frozenset(
    {
        _S.DEBIT_ACCOUNT_NOT_FOUND,
        _S.CREDIT_ACCOUNT_NOT_FOUND,
        _S.PENDING_TRANSFER_NOT_FOUND,
        _S.DEBIT_ACCOUNT_ALREADY_CLOSED,
        _S.CREDIT_ACCOUNT_ALREADY_CLOSED,
        _S.EXCEEDS_CREDITS,
        _S.EXCEEDS_DEBITS,
    }
)
"""What might go otherwise a moment later: such an id stays failed for ever (`id_already_failed`)."""

OF_BALANCES: Final = TRANSIENT | {
    _S.CREATED,
    _S.OVERFLOWS_DEBITS_PENDING,
    _S.OVERFLOWS_CREDITS_PENDING,
    _S.OVERFLOWS_DEBITS_POSTED,
    _S.OVERFLOWS_CREDITS_POSTED,
    _S.OVERFLOWS_DEBITS,
    _S.OVERFLOWS_CREDITS,
}
"""What depends on the balances of the moment, so that nothing later may have an earlier timestamp."""


class Transfer(Struct, frozen=True, array_like=True):
    """A transfer of one amount from a debit account to a credit account; it is never changed.

    Attributes:
        id: Chosen and kept by the caller: the idempotency key. ASCII, opaque, never a customer's.
        debit_account_id: For a post or void, "" means that of the pending transfer; likewise credit account,
            ledger, code (0) and user data.
        amount: In minor units. `AMOUNT_MAX` in a post means all that is pending, 0 in a void likewise.
        pending_id: Of the transfer that a post or void ends; otherwise "".
        user_data_128: What the caller wants to find again: opaque, too. "" means nothing.
        timeout: In seconds from the timestamp; 0 means none. Only for pending transfers.
        ledger: The currency's number in ISO 4217: both accounts have it.
        code: The reason, as the callers define it.
        flags: See `TransferFlags`.
        timestamp: Given by the ledger, in microseconds of the database's clock; 0 in a request.
    """

    id: str = ""
    debit_account_id: str = ""
    credit_account_id: str = ""
    amount: int = 0
    pending_id: str = ""
    user_data_128: str = ""
    user_data_64: int = 0
    user_data_32: int = 0
    timeout: int = 0
    ledger: int = 0
    code: int = 0
    flags: int = 0
    timestamp: int = 0


class CreateTransferResult(Struct, frozen=True):
    """What became of a transfer, and when: for `exists`, when it was created."""

    timestamp: int
    status: CreateTransferStatus


def check_transfer(transfer: Transfer) -> None:
    """Refuse what no column can hold, before it gets among others.

    Raises:
        ValueError: An id is no ASCII of at most 64 characters, or a number is out of its range.
    """
    for name in ("id", "debit_account_id", "credit_account_id", "pending_id", "user_data_128"):
        check_id(name, getattr(transfer, name))
    check_number("amount", transfer.amount, AMOUNT_MAX)
    check_number("user_data_64", transfer.user_data_64, USER_DATA_64_MAX)
    check_number("user_data_32", transfer.user_data_32, USER_DATA_32_MAX)
    check_number("timeout", transfer.timeout, USER_DATA_32_MAX)
    check_number("ledger", transfer.ledger, LEDGER_MAX)
    check_number("code", transfer.code, CODE_MAX)
    check_number("flags", transfer.flags, CODE_MAX)
