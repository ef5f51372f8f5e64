"""Payments in finance's part of the graph."""

from datetime import date
from functools import partial
from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.finance.area import FinanceArea
from backoffice.finance.payments.payment_types import (
    FinanceComparedDay,
    FinancePaymentCase,
    FinanceProcessor,
    FinanceRefund,
    FinanceRefundable,
    FinanceWithdrawal,
    ListedPayment,
    case_to_graphql,
    compared_to_graphql,
    listed_to_graphql,
    processor_to_graphql,
    refund_to_graphql,
    refundable_to_graphql,
    withdrawal_to_graphql,
)
from backoffice.finance.payments.refunds import RefundRequest
from backoffice.finance.payments.withdrawals import WithdrawalDecision
from backoffice.finance.types import FinanceProposal
from backoffice.graph.area import ANY, FOUND, OfficeInfo, permitted
from backoffice.graph.pages import Name, Page, cursor, page_of, page_size, read_cursor, time_key, time_of
from backoffice.support.payment_graph import OfficePayment, payment_to_graphql
from subgraphs.wallet.payments.payment import Direction, PaymentState
from subgraphs.wallet.payments.records.listing import PaymentFilter

_First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
_Search = Annotated[
    str, strawberry.argument(description="The whole id of a payment, or of a customer such as c-1.")
]
_READ = Permission.FINANCE_READ


@strawberry.input
class DecideWithdrawalInput:
    """A withdrawal that waits, what should become of it, and why."""

    withdrawal: ID
    decision: WithdrawalDecision
    reason: str


@strawberry.input
class ProposeRefundInput:
    """A paid charge of a deposit, how much of it goes back in minor units, and why."""

    payment: ID
    charge: ID
    amount_minor: int
    reason: str


@strawberry.input
class ClosePaymentCaseInput:
    """A case that waits, and what was found."""

    case: ID
    finding: str


@strawberry.type
class PaymentsQuery:
    """Reads of payments."""

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def finance_payments(
        self,
        info: OfficeInfo,
        brand: str,
        *,
        search: _Search = "",
        direction: Direction | None = None,
        state: PaymentState | None = None,
        processor: str | None = None,
        currency: str | None = None,
        first: _First = 25,
        after: str | None = None,
    ) -> Page[ListedPayment]:
        """The payments of a brand, the newest first; the access is recorded.

        A page may be shorter than asked and yet have a next one: a request reads a bounded number of rows.
        """
        context, last = info.context, time_of(after)
        page_size(first)
        wanted = PaymentFilter(
            brand, direction=direction, state=state, processor=processor or None, currency=currency or None
        )
        page = await context.area(FinanceArea).payments.page(context.actor, wanted, search, first, last)
        return Page(
            nodes=[
                listed_to_graphql(payment, page.processors[payment.payment_id]) for payment in page.payments
            ],
            end_cursor=None if page.end is None else cursor(time_key(*page.end)),
            has_next_page=page.has_next,
        )

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def finance_withdrawals(
        self, info: OfficeInfo, brand: str, first: _First = 25, after: str | None = None
    ) -> Page[FinanceWithdrawal]:
        """The withdrawals of a brand that wait for a person, the oldest first; the access is recorded."""
        context, last = info.context, time_of(after)
        found = await context.area(FinanceArea).withdrawals.waiting(
            context.actor, brand, page_size(first), last
        )
        return page_of(
            found,
            first,
            withdrawal_to_graphql,
            lambda payment: time_key(payment.asked_at, payment.payment_id),
        )

    @strawberry.field(directives=[permitted(_READ, FOUND)])
    async def finance_payment(self, info: OfficeInfo, id: ID) -> OfficePayment:  # noqa: A002
        """A payment with its story; the access is recorded."""
        context = info.context
        return payment_to_graphql(await context.area(FinanceArea).withdrawals.story(context.actor, id))

    @strawberry.field(directives=[permitted(_READ, FOUND)])
    async def refundable_charges(self, info: OfficeInfo, payment: ID) -> list[FinanceRefundable]:
        """The paid charges of a payment, and what can go back of each; the access is recorded."""
        context = info.context
        found = await context.area(FinanceArea).refunds.refundable(context.actor, payment)
        return [refundable_to_graphql(charge) for charge in found]

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def finance_refunds(
        self, info: OfficeInfo, brand: str, first: _First = 25, after: str | None = None
    ) -> Page[FinanceRefund]:
        """The refunds of a brand that two people decided, the newest first; the access is recorded."""
        context, last = info.context, time_of(after)
        found = await context.area(FinanceArea).refunds.of_brand(context.actor, brand, page_size(first), last)
        return page_of(
            found,
            first,
            partial(refund_to_graphql, brand),
            lambda decided: time_key(decided.refund.decided_at, decided.refund.decision_id),
        )

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def payment_cases(
        self, info: OfficeInfo, brand: str, first: _First = 25, after: str | None = None
    ) -> Page[FinancePaymentCase]:
        """What does not fit of payments and waits for a person, the oldest first; the access is recorded."""
        context, last = info.context, time_of(after)
        cases = await context.area(FinanceArea).payment_cases.waiting(
            context.actor, brand, page_size(first), last
        )
        return page_of(cases, first, case_to_graphql, lambda case: time_key(case.opened_at, case.case_id))

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def payment_comparisons(
        self, info: OfficeInfo, first: _First = 25, after: str | None = None
    ) -> Page[FinanceComparedDay]:
        """Days of processors' reports that were compared with the wallet's books, the newest first."""
        context = info.context
        before: tuple[date, str] | None = read_cursor(after, tuple[date, Name])
        days = await context.area(FinanceArea).processors.compared(context.actor, page_size(first), before)
        return page_of(
            days, first, compared_to_graphql, lambda compared: [str(compared.day), compared.processor]
        )

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def payment_processors(self, info: OfficeInfo) -> list[FinanceProcessor]:
        """How the processors do that are configured or were ever asked, and for what they are."""
        context = info.context
        found = await context.area(FinanceArea).processors.health(context.actor)
        return [processor_to_graphql(shown) for shown in found]


@strawberry.type
class PaymentsMutation:
    """Decisions about payments."""

    @strawberry.mutation(directives=[permitted(Permission.FINANCE_CORRECT, FOUND)])
    async def propose_withdrawal_decision(
        self,
        info: OfficeInfo,
        input: DecideWithdrawalInput,  # noqa: A002
    ) -> FinanceProposal:
        """Propose what becomes of a withdrawal; another person approves it. Needs a step-up."""
        context = info.context
        proposal = await context.area(FinanceArea).withdrawals.propose(
            context.actor, input.withdrawal, input.decision, input.reason
        )
        return FinanceProposal(proposal_id=ID(proposal))

    @strawberry.mutation(directives=[permitted(Permission.FINANCE_CORRECT, FOUND)])
    async def propose_refund(
        self,
        info: OfficeInfo,
        input: ProposeRefundInput,  # noqa: A002
    ) -> FinanceProposal:
        """Propose to send money of a deposit back; another person approves it. Needs a step-up."""
        context = info.context
        wanted = RefundRequest(input.payment, input.charge, input.amount_minor)
        proposal = await context.area(FinanceArea).refunds.propose(context.actor, wanted, input.reason)
        return FinanceProposal(proposal_id=ID(proposal))

    @strawberry.mutation(directives=[permitted(Permission.FINANCE_CHECK, FOUND)])
    async def close_payment_case(
        self,
        info: OfficeInfo,
        input: ClosePaymentCaseInput,  # noqa: A002
    ) -> bool:
        """Close a case with what was found."""
        context = info.context
        await context.area(FinanceArea).payment_cases.close(context.actor, input.case, input.finding)
        return True
