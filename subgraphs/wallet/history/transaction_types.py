"""What has happened to a customer's money, in the graph."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

import strawberry
from strawberry import ID, Private

from subgraphs.kit.funds import OF_THE_SAME
from subgraphs.kit.graphql.descriptions import described
from subgraphs.kit.graphql.money import Money, money
from subgraphs.kit.graphql.pages import PageInfo
from subgraphs.wallet.funds.codes import AccountCode, TransferCode
from subgraphs.wallet.history.transactions import REVIEWED, StoredTransaction
from subgraphs.wallet.ledger.tables import PENDING, POSTED

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@described
@strawberry.enum
class TransactionKind(StrEnum):
    """Why money was moved."""

    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    STAKE = "STAKE"
    RETURN = "RETURN"
    REFUND = "REFUND"
    BONUS = "BONUS"
    FREE_BET = "FREE_BET"
    GAME_BET = "GAME_BET"
    GAME_WIN = "GAME_WIN"
    ROLLBACK = "ROLLBACK"
    FEE = "FEE"
    CORRECTION = "CORRECTION"


@described
@strawberry.enum
class TransactionState(StrEnum):
    """How a transaction stands.

    PENDING: the money is reserved; POSTED: it has moved; VOIDED: it was given back, by whoever reserved it or
    because its time had passed; REVIEW: a person looks at it.
    """

    PENDING = "PENDING"
    POSTED = "POSTED"
    VOIDED = "VOIDED"
    REVIEW = "REVIEW"


_OF_BETS: Final = frozenset({TransferCode.STAKE, TransferCode.RETURN, TransferCode.REFUND})
STATES: Final = {
    PENDING: TransactionState.PENDING,
    REVIEWED: TransactionState.REVIEW,
    POSTED: TransactionState.POSTED,
}


@described
@strawberry.type
class Transaction:
    """Something that has happened to a customer's money, one line each.

    A stake is one line from its reservation on, whatever pays it. What a bet returned, and what was given
    back after the stake was taken, are further lines with the same reference. What is not VOIDED adds up: all
    of `amount` less `credits` is the balance.

    Attributes:
        stored: The transaction.
        locale: The language in which amounts are written.
    """

    stored: Private[StoredTransaction]
    locale: Private[str]

    @strawberry.field
    def id(self) -> ID:
        """Return the id."""
        return ID(self.stored.id)

    @strawberry.field
    def at(self) -> datetime:
        """Return when it was made."""
        return _EPOCH + timedelta(microseconds=self.stored.timestamp)

    @strawberry.field
    def kind(self) -> TransactionKind:
        """BONUS and FREE_BET with a negative amount are what was left of a credit when it expired."""
        return kind_of(self.stored)

    @strawberry.field
    def amount(self) -> Money:
        """What the customer has got; negative for what was taken."""
        return money(self.stored.minor, self.stored.currency, self.locale)

    @strawberry.field
    def credits(self) -> Money:
        """How much of the amount is credits of the club, and not cash."""
        return money(self.stored.credits_minor, self.stored.currency, self.locale)

    @strawberry.field
    def state(self) -> TransactionState:
        """Return how it stands."""
        return state_of(self.stored)

    @strawberry.field
    def reference(self) -> str | None:
        """What it belongs to, such as the bet: a stake, its returns and its refund have the same."""
        return _reference(self.stored)[0] or None


@strawberry.type
class TransactionConnection:
    """A page of transactions."""

    nodes: list[Transaction]
    page_info: PageInfo


def kind_of(stored: StoredTransaction) -> TransactionKind:
    """Return what a customer is told of why money was moved; what a corrected result takes is no stake."""
    if stored.code is TransferCode.STAKE and _reference(stored)[1]:
        return TransactionKind.CORRECTION
    if stored.code is TransferCode.EXPIRY:
        is_free_bet = stored.of is AccountCode.FREE_BET
        return TransactionKind.FREE_BET if is_free_bet else TransactionKind.BONUS
    return TransactionKind(stored.code.name)


def state_of(stored: StoredTransaction) -> TransactionState:
    """Return how a transaction stands; what has ended by its time was given back."""
    return STATES.get(stored.status, TransactionState.VOIDED)


def _reference(stored: StoredTransaction) -> tuple[str, str]:
    """Return what a transaction belongs to, and which later reservation for that bet it is of; "" if none."""
    if stored.code not in _OF_BETS:
        return stored.reference, ""
    bet, _, later = stored.reference.partition(OF_THE_SAME)
    return bet, later
