"""Why a person has to look at a withdrawal: it is counted with what was asked for before.

Its money is kept by then, and it is written: of several at once, the last one counts all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.payees import PayeeMatch
from subgraphs.wallet.paying.admitting.allocation import Allocation
from subgraphs.wallet.paying.admitting.destinations import Destination, Destinations
from subgraphs.wallet.paying.asking import OpenProcessor
from subgraphs.wallet.payments.configuration import PaymentsFile
from subgraphs.wallet.payments.payment import Decision, Direction, Payment, PaymentState
from subgraphs.wallet.payments.records.tables import PaymentTables

COUNTED: Final = timedelta(hours=24)
ABOVE: Final = "above the amount that is paid without a look"
FIRST: Final = "the first withdrawal to this bank account"
SUM: Final = "with the withdrawals of the last 24 hours above the amount that is paid without a look"
SHARED: Final = "the bank account is another customer's, too"
OTHER_WAY: Final = "money that came by another method would go to a bank account"
CLOSED: Final = "money would go to a bank account that the method it came from no longer takes"
UNVERIFIED: Final[Mapping[PayeeMatch, str]] = {
    PayeeMatch.CLOSE_MATCH: "the bank has the holder's name otherwise",
    PayeeMatch.NO_MATCH: "the bank says that the account is another holder's",
    PayeeMatch.NOT_POSSIBLE: "the bank doesn't say whose the account is",
}


@dataclass(frozen=True, slots=True)
class Scrutiny:
    """Finds what a person has to look at.

    Attributes:
        processors: By name; those of a withdrawal may know whose an account is.
    """

    file: PaymentsFile
    tables: PaymentTables
    destinations: Destinations
    allocation: Allocation
    processors: Mapping[str, OpenProcessor]

    async def of_payee(self, payment: Payment, to: Destination) -> str:
        """Return why a person has to look at the account to which money is to go; "" if nobody has to."""
        if await self.destinations.is_shared(to):
            return SHARED
        was_paid = await self.destinations.was_paid(to)
        if self.file.review.new_account and not was_paid:
            return FIRST
        routes = (self.processors.get(name) for name in payment.routes)
        bank = next((opened.payees for opened in routes if opened and opened.payees), None)
        match = PayeeMatch.MATCH if bank is None else await bank.verify(to.holder, to.account)
        return "" if was_paid and match is not PayeeMatch.NO_MATCH else UNVERIFIED.get(match, "")

    async def of_sums(self, connection: AsyncConnection, payment: Payment, at: datetime) -> str:
        """Return why a person has to look at all that was asked for lately; "" if nobody has to."""
        above = self.file.review.above.get(payment.currency)
        if above is None:
            return ABOVE
        c = self.tables.payment.c
        theirs: ColumnElement[bool] = and_(
            c.brand_id == payment.brand_id, c.customer_id == payment.customer_id
        )
        counted = (
            c.direction == Direction.WITHDRAWAL,
            c.currency == payment.currency,
            c.asked_at > at - COUNTED,
            c.refusal == "",
            c.decision != Decision.REJECTED,
            c.state != PaymentState.FAILED,
        )
        sums: list[Any] = [select(func.sum(c.amount_minor)).where(theirs, *counted)]
        if payment.destination_id:
            sums.append(self._of_account(payment, counted))
        for query in sums:
            if int(await connection.scalar(query) or 0) > above:
                return SUM
        return ""

    def _of_account(self, payment: Payment, counted: tuple[ColumnElement[bool], ...]) -> Any:
        """Return what sums up withdrawals to the same account, whoever asked for them."""
        c, own = self.tables.payment.c, self.tables.destination.c
        other = self.tables.destination.alias("other")
        account = select(own.account).where(own.destination_id == payment.destination_id).scalar_subquery()
        same = and_(
            c.brand_id == other.c.brand_id,
            c.customer_id == other.c.customer_id,
            c.destination_id == other.c.destination_id,
        )
        return (
            select(func.sum(c.amount_minor))
            .join_from(other, self.tables.payment, same)
            .where(other.c.account == account, *counted)
        )

    async def of_sources(self, payment: Payment, left_minor: int) -> str:
        """Return why a person has to look at where the money came from; "" if nobody has to.

        Args:
            payment: A withdrawal whose money is kept.
            left_minor: What the customer has beside it.
        """
        if not payment.destination_id:
            return ""
        back = await self.allocation.way_back(payment.owner, payment.currency, accepted=True)
        if left_minor < self.least_back(payment, back.open_minor):
            return OTHER_WAY
        return CLOSED if left_minor < back.closed_minor + back.open_minor and back.closed_minor else ""

    def least_back(self, payment: Payment, minor: int) -> int:
        """Return how much of what has come goes back by the methods it came from: less is not sent there."""
        least = self.file.least_back(payment.brand_id, payment.currency)
        return minor if least is None or minor >= least else 0
