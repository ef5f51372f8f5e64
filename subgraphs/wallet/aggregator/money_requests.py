"""Requests for money as transactions, and why one is refused before anything is written."""

from datetime import datetime
from typing import Final, TypeAlias

from foundation.storage.cells.pseudonym import is_pseudonym
from subgraphs.kit.domain.bounds import MAX_AMOUNT, MAX_STAKE
from subgraphs.wallet.aggregator.sessions import GameSession, session_id
from subgraphs.wallet.aggregator.transactions import GameTransaction, Kind
from subgraphs.wallet.seamless.messages import (
    BetRequest,
    RollbackRequest,
    Status,
    WinRequest,
    WrongMessage,
    minor_units,
    rounded_minor_units,
)

MoneyRequest: TypeAlias = BetRequest | WinRequest | RollbackRequest
_KIND_OF: Final = {BetRequest: Kind.BET, WinRequest: Kind.WIN, RollbackRequest: Kind.ROLLBACK}


class Refused(Exception):
    """Nothing is written of a request.

    Attributes:
        status: What to answer.
    """

    def __init__(self, status: Status) -> None:
        super().__init__(status.value)
        self.status = status


def transaction_of(asked: MoneyRequest, brand: str, now: datetime) -> GameTransaction:
    """Return a request as a transaction.

    Raises:
        WrongMessage: Its amount is none.
    """
    amount, currency, is_free = 0, "", False
    if not isinstance(asked, RollbackRequest):
        in_minor_units = minor_units if isinstance(asked, BetRequest) else rounded_minor_units
        amount, currency = in_minor_units(asked.amount, asked.currency), asked.currency
        is_free = bool(asked.is_free)
    if amount > (MAX_STAKE if isinstance(asked, BetRequest) else MAX_AMOUNT):
        raise WrongMessage(Status.WRONG_SYNTAX)  # no message or ledger can hold it
    return GameTransaction(
        brand_id=brand,
        transaction_uuid=asked.transaction_uuid,
        customer_id=asked.user,
        kind=_KIND_OF[type(asked)],
        created_at=now,
        session_id=session_id(asked.token),
        reference=None if isinstance(asked, BetRequest) else asked.reference_transaction_uuid,
        round=asked.round,
        round_closed=bool(asked.round_closed),
        game_code=asked.game_code,
        amount_minor=amount,
        currency=currency,
        is_free=is_free,
        is_prize=is_prize(asked),
    )


def is_prize(asked: MoneyRequest) -> bool:
    """Return whether a request is of a prize: what costs something is a bet, whatever its mark says."""
    match asked:
        case BetRequest():
            return bool(asked.is_supplier_promo) and not asked.amount
        case WinRequest():
            return bool(asked.is_supplier_promo)
        case RollbackRequest():
            return False


def check_session(asked: BetRequest, session: GameSession | None, now: datetime) -> None:
    """See that a bet is made in a running session of its customer and currency.

    A prize may come after the session's end (Hub88's changelog of 26 May 2025, "supplier-issued promotion
    payouts").

    Raises:
        Refused: It is not.
    """
    if session is None or session.owner.customer != asked.user:
        raise Refused(Status.INVALID_TOKEN)
    if session.ends_at <= now and not is_prize(asked):
        raise Refused(Status.TOKEN_EXPIRED)
    if session.currency != asked.currency:
        raise Refused(Status.WRONG_CURRENCY)


def bet_of(win: GameTransaction, bet: GameTransaction | None) -> GameTransaction:
    """Return the bet that a win pays.

    Raises:
        Refused: There is none, or none any more.
    """
    if bet is None or bet.kind is not Kind.BET or bet.is_rolled_back or not is_theirs(win, bet):
        raise Refused(Status.TRANSACTION_DOES_NOT_EXIST)
    if bet.status is not Status.OK:
        raise Refused(Status.UNKNOWN if bet.status is None else Status.TRANSACTION_DOES_NOT_EXIST)
    if bet.currency != win.currency:
        raise Refused(Status.WRONG_CURRENCY)
    return bet


def is_theirs(wanted: GameTransaction, known: GameTransaction) -> bool:
    """Return whether a known transaction is of a request's customer, who may have been erased since."""
    return known.customer_id == wanted.customer_id or is_pseudonym(known.customer_id)
