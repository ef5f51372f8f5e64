"""Support's part of the graph: a customer's money, and what has happened to it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import FOUND, OfficeInfo, permitted
from backoffice.graph.pages import Page, page_of, page_size
from backoffice.support.area import SupportArea
from backoffice.support.lookup.customers import owner_of
from backoffice.support.lookup.money import place_of
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described
from subgraphs.wallet.customer_record import HeldAccount
from subgraphs.wallet.history.transaction_types import kind_of, state_of
from subgraphs.wallet.history.transactions import StoredTransaction
from subgraphs.wallet.limits.overview import ShownLimit

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CustomerId = Annotated[ID, strawberry.argument(description="Brand and customer, such as northbet:c-1.")]
_First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]


@described
@strawberry.type
class CustomerAccountMoney:
    """An account of a customer in the wallet.

    Attributes:
        account: What it is for: CASH, BONUS or FREE_BET.
        credit: The club's credit whose account it is; empty for cash.
        available_minor: What the customer may use now, in minor units.
        reserved_minor: What is reserved by open bets and payouts.
        expires_at: When what is left of a credit goes back to the house; null if never.
    """

    id: ID
    currency: str
    account: str
    credit: str
    available_minor: float
    reserved_minor: float
    expires_at: datetime | None


@described
@strawberry.type
class CustomerLimit:
    """A limit, a break or an exclusion that a customer chose in the wallet.

    Attributes:
        kind: A kind of limit such as DEPOSIT_DAY, or BREAK or EXCLUSION.
        amount_minor: Of a limit of money, in minor units of `currency`.
        used_minor: What is used in the frame.
        minutes: Of a limit of time.
        pending_minor: What a raise would make of it.
        pending_from: From when a raise can be confirmed; without a pending amount, it removes the limit.
        pending_until: From when on a raise cannot be confirmed any more.
        until: When the frame, the break or the exclusion ends.
        product: What a break is of; null for everything.
    """

    kind: str
    currency: str
    amount_minor: float | None
    used_minor: float | None
    minutes: int | None
    pending_minor: float | None
    pending_currency: str
    pending_minutes: int | None
    pending_from: datetime | None
    pending_until: datetime | None
    until: datetime | None
    product: str | None


@described
@strawberry.type
class CustomerMoneyInfo:
    """What a customer has in the wallet, and the limits and breaks that they chose.

    Attributes:
        at_operator: Whether the brand's operator keeps the money in a wallet of its own: then it is there,
            with its limits, deposits and withdrawals, and not here.
    """

    at_operator: bool
    accounts: list[CustomerAccountMoney]
    limits: list[CustomerLimit]


@described
@strawberry.type
class CustomerTransaction:
    """Something that has happened to a customer's money.

    Attributes:
        at: By the clock of the wallet's database.
        kind: Why money was moved, such as STAKE.
        state: PENDING, POSTED or VOIDED.
        amount_minor: What the customer has got, in minor units; negative for what was taken.
        credits_minor: How much of that is credits of the club.
        reference: What it belongs to, such as the bet; empty if nothing.
    """

    id: ID
    at: datetime
    kind: str
    state: str
    currency: str
    amount_minor: float
    credits_minor: float
    reference: str


@strawberry.type
class MoneyQuery:
    """Reads of a customer's money. Each look is in the audit log."""

    @strawberry.field(directives=[permitted(Permission.SUPPORT_READ, FOUND)])
    async def customer_money(self, info: OfficeInfo, customer: _CustomerId) -> CustomerMoneyInfo:
        """What a customer has in the wallet, and the limits and breaks that they chose."""
        context = info.context
        view = await context.area(SupportArea).money.view(context.actor, owner_of(customer))
        return CustomerMoneyInfo(
            at_operator=view.at_operator,
            accounts=[account_to_graphql(account) for account in view.accounts],
            limits=[_limit_to_graphql(limit) for limit in view.limits],
        )

    @strawberry.field(directives=[permitted(Permission.SUPPORT_READ, FOUND)])
    async def customer_transactions(
        self, info: OfficeInfo, customer: _CustomerId, first: _First = 25, after: str | None = None
    ) -> Page[CustomerTransaction]:
        """What has happened to a customer's money, the newest first."""
        context, place = info.context, place_of(after)
        found = await context.area(SupportArea).money.transactions(
            context.actor, owner_of(customer), page_size(first), place
        )
        return page_of(found, first, _transaction_to_graphql, lambda stored: list(stored.place))


def account_to_graphql(account: HeldAccount) -> CustomerAccountMoney:
    """Return an account of a customer, for the graph."""
    return with_fields_of(
        CustomerAccountMoney,
        account,
        id=ID(account.id),
        account=account.code.name,
        available_minor=account.available,
        reserved_minor=account.debits_pending,
    )


def _limit_to_graphql(limit: ShownLimit) -> CustomerLimit:
    return with_fields_of(CustomerLimit, limit, product=limit.product and limit.product.value)


def _transaction_to_graphql(stored: StoredTransaction) -> CustomerTransaction:
    return with_fields_of(
        CustomerTransaction,
        stored,
        id=ID(stored.id),
        at=_EPOCH + timedelta(microseconds=stored.timestamp),
        kind=kind_of(stored).value,
        state=state_of(stored).value,
        amount_minor=stored.minor,
    )
