"""A customer's wallet in the graph: money, and what has happened to it."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

import strawberry
from strawberry import ID, UNSET, Private

from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.graphql.descriptions import described, fields_described
from subgraphs.kit.graphql.money import Money, money
from subgraphs.kit.graphql.pages import PageInfo
from subgraphs.kit.graphql.schema_building import sliced_by
from subgraphs.wallet.credit_types import WalletCredit, credits_of
from subgraphs.wallet.funds.codes import AccountCode, TransferCode
from subgraphs.wallet.ledger.limits import MAX_ID_LENGTH
from subgraphs.wallet.ledger.tables import PENDING, POSTED
from subgraphs.wallet.limit_types import SEVERAL, Limit
from subgraphs.wallet.limits.prompts import Prompt
from subgraphs.wallet.loaders import PageKey, WalletContext
from subgraphs.wallet.transactions import Place, StoredTransaction
from subgraphs.wallet.wallet_state import WalletState

MAX_PAGE: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR: Final = re.compile(rf"(?P<timestamp>\d{{1,18}}):(?P<id>[!-~ ]{{1,{MAX_ID_LENGTH}}})", re.ASCII)


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
        return self.stored.reference or None


@strawberry.type
class TransactionConnection:
    """A page of transactions."""

    nodes: list[Transaction]
    page_info: PageInfo


@fields_described
@strawberry.type
class Wallet:
    """A customer's money at a brand, in the currency of the customer's account."""

    seen: Private[WalletState]
    context: Private[WalletContext]

    @strawberry.field
    def id(self) -> ID:
        """Opaque, and unique over brands and customers."""
        return ID(str(GraphId(*self.seen.owner)))

    @strawberry.field
    def balance(self) -> Money:
        """Cash that is not reserved."""
        return self._money(self.seen.cash_minor)

    @strawberry.field
    def withdrawable(self) -> Money | None:
        """Cash that can be paid out; null where the operator's wallet does not say."""
        return self._money(self.seen.cash_minor)

    @strawberry.field
    def bonus(self) -> Money:
        """Credits of the club that have not expired: bonuses and free bets."""
        return self._money(self.seen.credits_minor)

    @strawberry.field(directives=[SEVERAL])
    def credits(self) -> list[WalletCredit]:
        """The credits that `bonus` adds up, and those that bets reserve; the first to expire first."""
        return credits_of(self.seen)

    @strawberry.field(directives=[sliced_by("first", "nodes")])
    async def transactions(self, first: int = 10, after: str | None = UNSET) -> TransactionConnection:
        """What has happened to the money, the newest first; at most 100 at once."""
        if not 1 <= first <= MAX_PAGE:
            raise BadInput(f"`first` must be 1 to {MAX_PAGE}")
        key = PageKey(self.seen.record.accounts, first, _read_cursor(after) if after else None)
        page = await self.context.pages.load(key)
        nodes = [Transaction(stored=stored, locale=self.seen.locale) for stored in page.transactions]
        cursor = _cursor_of(page.transactions[-1].place) if nodes else None
        return TransactionConnection(
            nodes=nodes, page_info=PageInfo(has_next_page=page.has_next, end_cursor=cursor)
        )

    @strawberry.field(directives=[SEVERAL])
    async def limits(self) -> list[Limit]:
        """The limits that hold, and then breaks and exclusions, those that last longest first."""
        shown = await self.context.limits(self.seen)
        return [Limit(shown=limit, locale=self.seen.locale) for limit in shown]

    @strawberry.field(directives=[SEVERAL])
    def prompts(self) -> list[Prompt]:
        """What the customer is to be asked or told now, in the order in which a page shows it."""
        return list(self.seen.prompts)

    def _money(self, minor: int) -> Money:
        return money(minor, self.seen.standing.currency, self.seen.locale)


def kind_of(stored: StoredTransaction) -> TransactionKind:
    """Return what a customer is told of why money was moved."""
    if stored.code is TransferCode.EXPIRY:
        is_free_bet = stored.of is AccountCode.FREE_BET
        return TransactionKind.FREE_BET if is_free_bet else TransactionKind.BONUS
    return TransactionKind(stored.code.name)


def state_of(stored: StoredTransaction) -> TransactionState:
    """Return how a transaction stands; what has ended by its time was given back."""
    if stored.status == PENDING:
        return TransactionState.PENDING
    return TransactionState.POSTED if stored.status == POSTED else TransactionState.VOIDED


def _cursor_of(place: Place) -> str:
    return f"{place.timestamp}:{place.id}"


def _read_cursor(cursor: str) -> Place:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadInput("`after` is no end of a page: leave it out to begin anew")
    return Place(int(found["timestamp"]), found["id"])
