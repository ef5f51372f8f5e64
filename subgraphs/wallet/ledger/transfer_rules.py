"""What becomes of a transfer, by the accounts and transfers that are there: TigerBeetle's rules."""

from typing import Final

from msgspec.structs import replace

from subgraphs.wallet.ledger.accounts import AccountFlags
from subgraphs.wallet.ledger.limits import BALANCE_MAX
from subgraphs.wallet.ledger.pending_rules import closed, end_pending, is_same_end
from subgraphs.wallet.ledger.precedence import first_of
from subgraphs.wallet.ledger.state import AccountState, LedgerState, PendingState
from subgraphs.wallet.ledger.tables import PENDING
from subgraphs.wallet.ledger.transfers import TRANSIENT, CreateTransferStatus, Transfer, TransferFlags

_S: Final = CreateTransferStatus
_F: Final = TransferFlags

# Plain numbers: members of flags take ten times as long to combine.
_RESERVED: Final = ~int(_F(sum(_F)))
_PENDING: Final = int(_F.PENDING)
_ENDS: Final = int(_F.POST_PENDING_TRANSFER | _F.VOID_PENDING_TRANSFER)
_BALANCING: Final = int(_F.BALANCING_DEBIT | _F.BALANCING_CREDIT)
_BALANCING_DEBIT: Final = int(_F.BALANCING_DEBIT)
_BALANCING_CREDIT: Final = int(_F.BALANCING_CREDIT)
_CLOSING: Final = int(_F.CLOSING_DEBIT | _F.CLOSING_CREDIT)
_CLOSING_DEBIT: Final = int(_F.CLOSING_DEBIT)
_CLOSING_CREDIT: Final = int(_F.CLOSING_CREDIT)
_CLOSED: Final = int(AccountFlags.CLOSED)
_DEBITS_LIMITED: Final = int(AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS)
_CREDITS_LIMITED: Final = int(AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS)
MICROSECONDS: Final = 1_000_000


def create_transfer(state: LedgerState, asked: Transfer, timestamp: int) -> tuple[int, CreateTransferStatus]:
    """Create a transfer, or say why not; return its timestamp and what became of it."""
    if asked.flags & _RESERVED:
        return timestamp, _S.RESERVED_FLAG
    if not asked.id:
        return timestamp, _S.ID_MUST_NOT_BE_ZERO
    if (existing := state.transfers.get(asked.id)) is not None:
        status = _compared(state, asked, existing)
        return existing.timestamp if status is _S.EXISTS else timestamp, status
    if asked.id in state.failed:
        return timestamp, _S.ID_ALREADY_FAILED
    if asked.flags & _ENDS:
        status = end_pending(state, asked, timestamp)
    else:
        status = _malformed(asked) or _move(state, asked, timestamp)
    if status in TRANSIENT:
        state.fail(asked.id, timestamp, status)
    return timestamp, status


def _compared(state: LedgerState, asked: Transfer, existing: Transfer) -> CreateTransferStatus:
    """Say in what a transfer differs from the one that has its id."""
    if differs := first_of(
        (asked.flags != existing.flags, _S.EXISTS_WITH_DIFFERENT_FLAGS),
        (asked.pending_id != existing.pending_id, _S.EXISTS_WITH_DIFFERENT_PENDING_ID),
        (asked.timeout != existing.timeout, _S.EXISTS_WITH_DIFFERENT_TIMEOUT),
    ):
        return differs
    if asked.flags & _ENDS:
        return is_same_end(asked, existing, state.transfers[existing.pending_id])
    # What a balancing transfer asked for is a limit, and not what it became.
    is_within = asked.amount > existing.amount and asked.flags & _BALANCING
    differs = first_of(
        (
            asked.debit_account_id != existing.debit_account_id,
            _S.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID,
        ),
        (
            asked.credit_account_id != existing.credit_account_id,
            _S.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID,
        ),
        (asked.amount != existing.amount and not is_within, _S.EXISTS_WITH_DIFFERENT_AMOUNT),
        (asked.user_data_128 != existing.user_data_128, _S.EXISTS_WITH_DIFFERENT_USER_DATA_128),
        (asked.user_data_64 != existing.user_data_64, _S.EXISTS_WITH_DIFFERENT_USER_DATA_64),
        (asked.user_data_32 != existing.user_data_32, _S.EXISTS_WITH_DIFFERENT_USER_DATA_32),
        (asked.ledger != existing.ledger, _S.EXISTS_WITH_DIFFERENT_LEDGER),
        (asked.code != existing.code, _S.EXISTS_WITH_DIFFERENT_CODE),
    )
    return differs or _S.EXISTS


def _malformed(asked: Transfer) -> CreateTransferStatus | None:
    """Say what is wrong with a transfer that ends none, whatever is in the ledger."""
    is_final = not asked.flags & _PENDING
    return first_of(
        (not asked.debit_account_id, _S.DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO),
        (not asked.credit_account_id, _S.CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO),
        (asked.debit_account_id == asked.credit_account_id, _S.ACCOUNTS_MUST_BE_DIFFERENT),
        (asked.pending_id, _S.PENDING_ID_MUST_BE_ZERO),
        (is_final and asked.timeout, _S.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER),
        (is_final and asked.flags & _CLOSING, _S.CLOSING_TRANSFER_MUST_BE_PENDING),
        (not asked.ledger, _S.LEDGER_MUST_NOT_BE_ZERO),
        (not asked.code, _S.CODE_MUST_NOT_BE_ZERO),
    )


def _move(state: LedgerState, asked: Transfer, timestamp: int) -> CreateTransferStatus:
    """Move or reserve an amount, if both accounts permit it."""
    debit = state.account_to_change(asked.debit_account_id)
    if debit is None:
        return _S.DEBIT_ACCOUNT_NOT_FOUND
    credit = state.account_to_change(asked.credit_account_id)
    if credit is None:
        return _S.CREDIT_ACCOUNT_NOT_FOUND
    amount = _balanced(asked, debit, credit)
    if refusal := (
        _other_ledger(asked, debit, credit)
        or closed(debit, credit)
        or _overflow(asked, amount, debit, credit)
        or _limit(amount, debit, credit)
    ):
        return refusal
    transfer = replace(asked, amount=amount, timestamp=timestamp)
    if asked.flags & _PENDING:
        _reserve(state, transfer, debit, credit)
    else:
        debit.debits_posted += amount
        credit.credits_posted += amount
    state.create(transfer, (debit, credit))
    return _S.CREATED


def _reserve(state: LedgerState, pending: Transfer, debit: AccountState, credit: AccountState) -> None:
    """Reserve an amount on both sides, and close the accounts that the transfer closes."""
    debit.debits_pending += pending.amount
    credit.credits_pending += pending.amount
    expires_at = pending.timestamp + pending.timeout * MICROSECONDS if pending.timeout else None
    state.begin_pending(PendingState(pending.id, expires_at, PENDING, None, ""))
    if pending.flags & _CLOSING_DEBIT:
        debit.flags |= _CLOSED
    if pending.flags & _CLOSING_CREDIT:
        credit.flags |= _CLOSED


def _other_ledger(asked: Transfer, debit: AccountState, credit: AccountState) -> CreateTransferStatus | None:
    """Say whether the three are of one ledger."""
    if debit.ledger != credit.ledger:
        return _S.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER
    return None if asked.ledger == debit.ledger else _S.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS


def _balanced(asked: Transfer, debit: AccountState, credit: AccountState) -> int:
    """Return the amount, cut to what the accounts have where the transfer is balancing."""
    amount = asked.amount
    if asked.flags & _BALANCING_DEBIT:
        amount = min(amount, max(0, debit.credits_posted - debit.debits_posted - debit.debits_pending))
    if asked.flags & _BALANCING_CREDIT:
        amount = min(amount, max(0, credit.debits_posted - credit.credits_posted - credit.credits_pending))
    return amount


def _overflow(
    asked: Transfer, amount: int, debit: AccountState, credit: AccountState
) -> CreateTransferStatus | None:
    """Say which sum no column could hold."""
    most, is_pending = BALANCE_MAX - amount, asked.flags & _PENDING
    return first_of(
        (is_pending and debit.debits_pending > most, _S.OVERFLOWS_DEBITS_PENDING),
        (is_pending and credit.credits_pending > most, _S.OVERFLOWS_CREDITS_PENDING),
        (debit.debits_posted > most, _S.OVERFLOWS_DEBITS_POSTED),
        (credit.credits_posted > most, _S.OVERFLOWS_CREDITS_POSTED),
        (debit.debits_pending + debit.debits_posted > most, _S.OVERFLOWS_DEBITS),
        (credit.credits_pending + credit.credits_posted > most, _S.OVERFLOWS_CREDITS),
    )


def _limit(amount: int, debit: AccountState, credit: AccountState) -> CreateTransferStatus | None:
    """Say which account's rule of balance the amount would break."""
    if (
        debit.flags & _DEBITS_LIMITED
        and debit.debits_pending + debit.debits_posted + amount > debit.credits_posted
    ):
        return _S.EXCEEDS_CREDITS
    if (
        credit.flags & _CREDITS_LIMITED
        and credit.credits_pending + credit.credits_posted + amount > credit.debits_posted
    ):
        return _S.EXCEEDS_DEBITS
    return None
