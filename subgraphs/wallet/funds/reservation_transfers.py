"""The transfers of which reservations, settlements and releases are made."""

from hashlib import blake2b
from typing import Final

from subgraphs.kit.funds import Correction, Purpose, Reservation, Settlement
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.funds.written_reservations import (
    NOWHERE,
    Written,
    owed_by,
    returned,
    taken,
    voided,
)
from subgraphs.wallet.ledger.limits import AMOUNT_MAX
from subgraphs.wallet.ledger.transfers import Transfer, TransferFlags

HOUSE_OF: Final = {Purpose.BET: AccountCode.BETS, Purpose.GAME: AccountCode.GAMES}
STAKE_OF: Final = {Purpose.BET: TransferCode.STAKE, Purpose.GAME: TransferCode.GAME_BET}
RETURN_OF: Final = {Purpose.BET: TransferCode.RETURN, Purpose.GAME: TransferCode.GAME_WIN}
REFUND_OF: Final = {Purpose.BET: TransferCode.REFUND, Purpose.GAME: TransferCode.ROLLBACK}


def fingerprint(asked: Reservation) -> int:
    """Return 63 bits that tell one request under an id from another; nothing of the customer is in it."""
    terms = (asked.currency, asked.amount, asked.purpose.value, asked.seconds, asked.free_bet)
    return int.from_bytes(blake2b(repr(terms).encode(), digest_size=8).digest(), "big") >> 1


def correction_fingerprint(asked: Correction) -> int:
    """Return 63 bits that tell one correction under an id from another."""
    terms = (asked.reservation.id, asked.amount, asked.owed, asked.releases)
    return int.from_bytes(blake2b(repr(terms).encode(), digest_size=8).digest(), "big") >> 1


def house_of(asked: Reservation) -> str:
    """Return the account that stakes go to and returns come from."""
    return house_account(asked.owner.brand, asked.currency, HOUSE_OF[asked.purpose])


def hold(asked: Reservation, name: str, payer: str, amount: int) -> Transfer:
    """Return a transfer that reserves a stake, or a part of it."""
    return Transfer(
        id=name,
        debit_account_id=payer,
        credit_account_id=house_of(asked),
        amount=amount,
        user_data_128=asked.id,
        user_data_64=fingerprint(asked),
        timeout=asked.seconds,
        ledger=ledger_of(asked.currency),
        code=int(STAKE_OF[asked.purpose]),
        flags=int(TransferFlags.PENDING),
    )


def never(asked: Reservation) -> Transfer:
    """Return a transfer that fails for ever, so that a reservation which has not come yet is never made."""
    return Transfer(
        id=asked.id,
        debit_account_id=house_of(asked),
        credit_account_id=NOWHERE,
        amount=asked.amount,
        user_data_128=asked.id,
        ledger=ledger_of(asked.currency),
        code=int(REFUND_OF[asked.purpose]),
    )


def take(reservation: str, name: str) -> Transfer:
    """Return the transfer that takes all that a pending one reserves."""
    return Transfer(
        id=taken(name),
        pending_id=name,
        amount=AMOUNT_MAX,
        user_data_128=reservation,
        flags=int(TransferFlags.POST_PENDING_TRANSFER),
    )


def void(reservation: str, name: str) -> Transfer:
    """Return the transfer that gives back all that a pending one reserves."""
    return Transfer(
        id=voided(name),
        pending_id=name,
        user_data_128=reservation,
        flags=int(TransferFlags.VOID_PENDING_TRANSFER),
    )


def returns(asked: Settlement, cash: str) -> Transfer:
    """Return the transfer that pays a settlement."""
    reservation = asked.reservation
    return Transfer(
        id=asked.id,
        debit_account_id=house_of(reservation),
        credit_account_id=cash,
        amount=asked.returns,
        user_data_128=reservation.id,
        ledger=ledger_of(reservation.currency),
        code=int(RETURN_OF[reservation.purpose]),
    )


def back(asked: Reservation, name: str, written: Written) -> Transfer:
    """Return the transfer that gives back what was taken, to where it came from."""
    return Transfer(
        id=returned(name),
        debit_account_id=written.credit,
        credit_account_id=written.debit,
        amount=written.amount,
        user_data_128=asked.id,
        ledger=ledger_of(asked.currency),
        code=int(REFUND_OF[asked.purpose]),
    )


def corrects(asked: Correction, cash: str, amount: int) -> Transfer:
    """Return the transfer that pays a customer, or takes what they have, up to a negative amount."""
    house = house_of(asked.reservation)
    is_taken = amount < 0
    return Transfer(
        id=asked.id,
        debit_account_id=cash if is_taken else house,
        credit_account_id=house if is_taken else cash,
        amount=abs(amount),
        user_data_128=asked.reservation.id,
        user_data_64=correction_fingerprint(asked),
        ledger=ledger_of(asked.reservation.currency),
        code=int(TransferCode.CORRECTION if is_taken else RETURN_OF[asked.reservation.purpose]),
        flags=int(TransferFlags.BALANCING_DEBIT) if is_taken else 0,
    )


def owes(asked: Correction, amount: int) -> Transfer:
    """Return the transfer by which a customer owes the house more, or less by a negative amount."""
    reservation = asked.reservation
    owed = house_account(reservation.owner.brand, reservation.currency, AccountCode.OWED)
    house = house_of(reservation)
    return Transfer(
        id=owed_by(asked.id),
        debit_account_id=owed if amount > 0 else house,
        credit_account_id=house if amount > 0 else owed,
        amount=abs(amount),
        user_data_128=reservation.id,
        ledger=ledger_of(reservation.currency),
        code=int(TransferCode.CORRECTION),
    )
