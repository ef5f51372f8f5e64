"""A customer's wallet in the graph: money, and what has happened to it."""

import re
from typing import Final

import strawberry
from strawberry import ID, UNSET, Private

from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.money import Money, money
from subgraphs.kit.graphql.pages import PageInfo
from subgraphs.kit.graphql.schema_building import sliced_by
from subgraphs.wallet.credit_types import WalletCredit, credits_of
from subgraphs.wallet.history.transaction_types import Transaction, TransactionConnection
from subgraphs.wallet.history.transactions import Place
from subgraphs.wallet.ledger.limits import MAX_ID_LENGTH
from subgraphs.wallet.limit_types import SEVERAL, Limit
from subgraphs.wallet.limits.prompts import Prompt
from subgraphs.wallet.loaders import PageKey, WalletContext
from subgraphs.wallet.paying.payment_types import MAX_PAYMENTS, ShownPayment
from subgraphs.wallet.wallet_state import WalletState

MAX_PAGE: Final = 100
_CURSOR: Final = re.compile(rf"(?P<timestamp>\d{{1,18}}):(?P<id>[!-~ ]{{1,{MAX_ID_LENGTH}}})", re.ASCII)


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
    async def balance(self) -> Money:
        """Cash that is not reserved."""
        if self._is_operators:
            has = await self.context.operators_balance(self.seen)
            return money(has.minor, has.currency, self.seen.locale)
        return self._money(self.seen.cash_minor)

    @strawberry.field
    def withdrawable(self) -> Money | None:
        """Cash that can be paid out; null where the operator's wallet does not say."""
        return None if self._is_operators else self._money(self.seen.cash_minor)

    @strawberry.field
    def bonus(self) -> Money:
        """Credits of the club that have not expired: bonuses and free bets."""
        return self._money(0 if self._is_operators else self.seen.credits_minor)

    @strawberry.field(directives=[SEVERAL])
    def credits(self) -> list[WalletCredit]:
        """The credits that `bonus` adds up, and those that bets reserve; the first to expire first."""
        return [] if self._is_operators else credits_of(self.seen)

    @strawberry.field(directives=[sliced_by("first", "nodes")])
    async def transactions(self, first: int = 10, after: str | None = UNSET) -> TransactionConnection:
        """What has happened to the money, the newest first; at most 100 at once."""
        if not 1 <= first <= MAX_PAGE:
            raise BadInput(f"`first` must be 1 to {MAX_PAGE}")
        accounts = () if self._is_operators else self.seen.record.accounts
        key = PageKey(tuple(accounts), first, _read_cursor(after) if after else None)
        page = await self.context.pages.load(key)
        nodes = [Transaction(stored=stored, locale=self.seen.locale) for stored in page.transactions]
        cursor = _cursor_of(page.transactions[-1].place) if nodes else None
        return TransactionConnection(
            nodes=nodes, page_info=PageInfo(has_next_page=page.has_next, end_cursor=cursor)
        )

    @strawberry.field(directives=[SEVERAL])
    async def payments(self, first: int = 5) -> list[ShownPayment]:
        """The newest deposits and withdrawals that the customer has asked for; at most 50 at once."""
        if not 1 <= first <= MAX_PAYMENTS:
            raise BadInput(f"`first` must be 1 to {MAX_PAYMENTS}")
        answers = await self.context.payments.payments(self.seen.owner, first)
        return [ShownPayment(answer=answer, locale=self.seen.locale) for answer in answers]

    @strawberry.field
    def can_add_bank_account(self) -> bool:
        """Whether withdrawals can be sent to a bank account, once `addBankAccount` has added one."""
        if self._is_operators:
            return False
        return self.context.payments.takes_accounts(self.context.customer(self.seen))

    @strawberry.field(directives=[SEVERAL])
    async def limits(self) -> list[Limit]:
        """The limits that hold, and then breaks and exclusions, those that last longest first."""
        if self._is_operators:
            return []
        shown = await self.context.limits(self.seen)
        return [Limit(shown=limit, locale=self.seen.locale) for limit in shown]

    @strawberry.field(directives=[SEVERAL])
    def prompts(self) -> list[Prompt]:
        """What the customer is to be asked or told now, in the order in which a page shows it."""
        return [] if self._is_operators else list(self.seen.prompts)

    @property
    def _is_operators(self) -> bool:
        """Tell whether the operator keeps the money: then all but the balance is to be seen there."""
        return self.context.operators.is_operators(self.seen.owner.brand)

    def _money(self, minor: int) -> Money:
        return money(minor, self.seen.standing.currency, self.seen.locale)


def _cursor_of(place: Place) -> str:
    return f"{place.timestamp}:{place.id}"


def _read_cursor(cursor: str) -> Place:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadInput("`after` is no end of a page: leave it out to begin anew")
    return Place(int(found["timestamp"]), found["id"])
