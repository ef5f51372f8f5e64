"""How a pending transfer ends: posted, voided or expired, and at most once."""

from typing import Final

from msgspec.structs import replace

from subgraphs.wallet.ledger.accounts import AccountFlags
from subgraphs.wallet.ledger.limits import AMOUNT_MAX
from subgraphs.wallet.ledger.precedence import first_of
from subgraphs.wallet.ledger.state import AccountState, LedgerState
from subgraphs.wallet.ledger.tables import EXPIRED, PENDING, POSTED, VOIDED
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer, TransferFlags

_S: Final = CreateTransferStatus
_F: Final = TransferFlags
_PENDING: Final = int(_F.PENDING)
_POST: Final = int(_F.POST_PENDING_TRANSFER)
_VOID: Final = int(_F.VOID_PENDING_TRANSFER)
_ENDS: Final = _POST | _VOID
_OTHERS: Final = int(
    _F.PENDING | _F.BALANCING_DEBIT | _F.BALANCING_CREDIT | _F.CLOSING_DEBIT | _F.CLOSING_CREDIT
)
_CLOSING_DEBIT: Final = int(_F.CLOSING_DEBIT)
_CLOSING_CREDIT: Final = int(_F.CLOSING_CREDIT)
_CLOSED: Final = int(AccountFlags.CLOSED)
_ENDED: Final = {
    POSTED: _S.PENDING_TRANSFER_ALREADY_POSTED,
    VOIDED: _S.PENDING_TRANSFER_ALREADY_VOIDED,
    EXPIRED: _S.PENDING_TRANSFER_EXPIRED,
}


def end_pending(state: LedgerState, asked: Transfer, timestamp: int) -> CreateTransferStatus:
    """Post or void a pending transfer, or say why not."""
    if refusal := _malformed(asked):
        return refusal
    pending = state.transfers.get(asked.pending_id)
    if pending is None:
        return _S.PENDING_TRANSFER_NOT_FOUND
    amount = amount_of_end(asked, pending)
    if refusal := _differs(asked, pending, amount) or _is_over(state, pending, timestamp):
        return refusal
    debit = state.known_account(pending.debit_account_id)
    credit = state.known_account(pending.credit_account_id)
    is_post = bool(asked.flags & _POST)
    if is_post and (refusal := closed(debit, credit)):
        return refusal
    release(pending, debit, credit)
    if is_post:
        debit.debits_posted += amount
        credit.credits_posted += amount
    state.end_pending(pending.id, POSTED if is_post else VOIDED, timestamp, asked.id)
    state.create(_completed(asked, pending, amount, timestamp), (debit, credit))
    return _S.CREATED


def closed(debit: AccountState, credit: AccountState) -> CreateTransferStatus | None:
    """Say which account is closed."""
    if debit.flags & _CLOSED:
        return _S.DEBIT_ACCOUNT_ALREADY_CLOSED
    return _S.CREDIT_ACCOUNT_ALREADY_CLOSED if credit.flags & _CLOSED else None


def release(pending: Transfer, debit: AccountState, credit: AccountState) -> None:
    """Give back what a pending transfer reserves, and open the accounts that it closed.

    A post never finds an account that its own pending transfer closed, as it is refused there.
    """
    debit.debits_pending -= pending.amount
    credit.credits_pending -= pending.amount
    if pending.flags & _CLOSING_DEBIT:
        debit.flags &= ~_CLOSED
    if pending.flags & _CLOSING_CREDIT:
        credit.flags &= ~_CLOSED


def _completed(asked: Transfer, pending: Transfer, amount: int, timestamp: int) -> Transfer:
    """Return a post or void with what it takes from the pending transfer."""
    data_128, data_64, data_32 = _user_data(asked, pending)
    return replace(
        asked,
        debit_account_id=pending.debit_account_id,
        credit_account_id=pending.credit_account_id,
        amount=amount,
        user_data_128=data_128,
        user_data_64=data_64,
        user_data_32=data_32,
        ledger=pending.ledger,
        code=pending.code,
        timestamp=timestamp,
    )


def _user_data(asked: Transfer, pending: Transfer) -> tuple[str, int, int]:
    """Return the user data of a post or void: the pending transfer's where it gives none."""
    return (
        asked.user_data_128 or pending.user_data_128,
        asked.user_data_64 or pending.user_data_64,
        asked.user_data_32 or pending.user_data_32,
    )


def amount_of_end(asked: Transfer, pending: Transfer) -> int:
    """Return the amount that a post or void is about."""
    means_all = 0 if asked.flags & _VOID else AMOUNT_MAX
    return pending.amount if asked.amount == means_all else asked.amount


def is_same_end(asked: Transfer, existing: Transfer, pending: Transfer) -> CreateTransferStatus:
    """Say in what a post or void differs from the one that has its id, flags and pending id."""
    data_128, data_64, data_32 = _user_data(asked, pending)
    differs = first_of(
        (
            asked.debit_account_id not in {"", existing.debit_account_id},
            _S.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID,
        ),
        (
            asked.credit_account_id not in {"", existing.credit_account_id},
            _S.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID,
        ),
        (amount_of_end(asked, pending) != existing.amount, _S.EXISTS_WITH_DIFFERENT_AMOUNT),
        (data_128 != existing.user_data_128, _S.EXISTS_WITH_DIFFERENT_USER_DATA_128),
        (data_64 != existing.user_data_64, _S.EXISTS_WITH_DIFFERENT_USER_DATA_64),
        (data_32 != existing.user_data_32, _S.EXISTS_WITH_DIFFERENT_USER_DATA_32),
        (asked.ledger not in {0, existing.ledger}, _S.EXISTS_WITH_DIFFERENT_LEDGER),
        (asked.code not in {0, existing.code}, _S.EXISTS_WITH_DIFFERENT_CODE),
    )
    return differs or _S.EXISTS


def _malformed(asked: Transfer) -> CreateTransferStatus | None:
    """Say what is wrong with a post or void, whatever is in the ledger."""
    return first_of(
        (asked.flags & _ENDS == _ENDS or asked.flags & _OTHERS, _S.FLAGS_ARE_MUTUALLY_EXCLUSIVE),
        (not asked.pending_id, _S.PENDING_ID_MUST_NOT_BE_ZERO),
        (asked.pending_id == asked.id, _S.PENDING_ID_MUST_BE_DIFFERENT),
        (asked.timeout, _S.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER),
    )


def _differs(asked: Transfer, pending: Transfer, amount: int) -> CreateTransferStatus | None:
    """Say in what a post or void contradicts its pending transfer."""
    return first_of(
        (not pending.flags & _PENDING, _S.PENDING_TRANSFER_NOT_PENDING),
        (
            asked.debit_account_id not in {"", pending.debit_account_id},
            _S.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID,
        ),
        (
            asked.credit_account_id not in {"", pending.credit_account_id},
            _S.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID,
        ),
        (asked.ledger not in {0, pending.ledger}, _S.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER),
        (asked.code not in {0, pending.code}, _S.PENDING_TRANSFER_HAS_DIFFERENT_CODE),
        (amount > pending.amount, _S.EXCEEDS_PENDING_TRANSFER_AMOUNT),
        (asked.flags & _VOID and amount < pending.amount, _S.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT),
    )


def _is_over(state: LedgerState, pending: Transfer, timestamp: int) -> CreateTransferStatus | None:
    """Say how a pending transfer has ended already: by time, too, if nobody has recorded it yet."""
    stands = state.pending[pending.id]
    if stands.status != PENDING:
        return _ENDED[stands.status]
    if stands.expires_at is not None and stands.expires_at <= timestamp:
        return _S.PENDING_TRANSFER_EXPIRED
    return None
