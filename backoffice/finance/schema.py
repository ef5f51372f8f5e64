"""Finance's part of the graph."""

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.finance.area import FinanceArea
from backoffice.finance.corrections import CorrectionRequest
from backoffice.finance.payment_graph import PaymentsMutation, PaymentsQuery
from backoffice.finance.types import (
    FinanceCheck,
    FinanceClose,
    FinanceCorrection,
    FinanceCorrectionPreview,
    FinanceHold,
    FinancePosition,
    FinanceProposal,
    FinanceWaiting,
    check_to_graphql,
    close_to_graphql,
    correction_to_graphql,
    hold_to_graphql,
    position_to_graphql,
    preview_to_graphql,
    waiting_to_graphql,
)
from backoffice.finance.waiting import waiting
from backoffice.graph.area import ALL, ANY, FOUND, OfficeInfo, permitted
from backoffice.graph.pages import Page, number_key, page_of, page_size, time_key, time_of
from backoffice.support.lookup.customers import owner_of
from backoffice.support.money_graph import CustomerAccountMoney, account_to_graphql
from subgraphs.kit.graphql.descriptions import fields_described

First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
_READ = Permission.FINANCE_READ


@fields_described
@strawberry.input
class CorrectionInput:
    """A correction of a customer's account.

    Attributes:
        customer: Brand and customer, such as northbet:c-1.
        amount_minor: What the customer gets, in minor units; negative for what is taken.
        credit: The club's credit whose account it is; empty for cash.
    """

    customer: ID
    currency: str
    amount_minor: int
    credit: str = ""


@strawberry.input
class ProposeCorrectionInput:
    """A correction of a customer's account, and why."""

    correction: CorrectionInput
    reason: str


@strawberry.input
class ReleasePayoutsInput:
    """A currency that should pay out again, and why."""

    currency: str
    reason: str


@strawberry.input
class CloseFinancialCheckInput:
    """A check that waits, by its customer and when it was due, and what was found."""

    customer: ID
    due_at: datetime
    finding: str


def _wanted(given: CorrectionInput) -> CorrectionRequest:
    return CorrectionRequest(owner_of(given.customer), given.currency, given.amount_minor, given.credit)


@strawberry.type
class Query(PaymentsQuery):
    """Reads."""

    @strawberry.field(directives=[permitted(_READ, ALL)])
    async def finance_closes(
        self, info: OfficeInfo, first: First = 25, after: str | None = None
    ) -> Page[FinanceClose]:
        """The closes of the wallet's days, the newest first."""
        context, before = info.context, number_key(after)
        closes = await context.area(FinanceArea).closes.newest_first(context.actor, page_size(first), before)
        return page_of(closes, first, close_to_graphql, lambda stored: stored.sequence)

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def finance_positions(self, info: OfficeInfo, brand: str, day: date) -> list[FinancePosition]:
        """What a brand's house had and its customers held on a day that is closed."""
        context = info.context
        positions = await context.area(FinanceArea).closes.positions(context.actor, brand, day)
        return [position_to_graphql(day, position) for position in positions]

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def finance_holds(self, info: OfficeInfo) -> list[FinanceHold]:
        """The currencies that pay out nothing now, and why."""
        context = info.context
        return [hold_to_graphql(hold) for hold in await context.area(FinanceArea).closes.holds(context.actor)]

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def finance_waiting(self, info: OfficeInfo, brand: str) -> FinanceWaiting:
        """How many checks and corrections of a brand wait: numbers, without customers."""
        context = info.context
        return waiting_to_graphql(await waiting(context.area(FinanceArea).wallet, context.actor, brand))

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def finance_corrections(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[FinanceCorrection]:
        """The corrections of a brand that two people decided, the newest first; the access is recorded."""
        context, before = info.context, time_of(after)
        corrections = await context.area(FinanceArea).corrections.of_brand(
            context.actor, brand, page_size(first), before
        )
        return page_of(
            corrections,
            first,
            correction_to_graphql,
            lambda correction: time_key(correction.decided_at, correction.correction_id),
        )

    @strawberry.field(directives=[permitted(Permission.FINANCE_CORRECT, FOUND)])
    async def correctable_accounts(self, info: OfficeInfo, customer: ID) -> list[CustomerAccountMoney]:
        """The accounts of a customer that a correction may move, cash first; the access is recorded."""
        context = info.context
        accounts = await context.area(FinanceArea).money.accounts(
            context.actor, owner_of(customer), Permission.FINANCE_CORRECT
        )
        return [account_to_graphql(account) for account in accounts]

    @strawberry.field(directives=[permitted(Permission.FINANCE_CORRECT, FOUND)])
    async def correction_preview(
        self, info: OfficeInfo, correction: CorrectionInput
    ) -> FinanceCorrectionPreview:
        """What a correction would do now; nothing is moved, and the access is recorded."""
        context = info.context
        return preview_to_graphql(
            await context.area(FinanceArea).corrections.preview(context.actor, _wanted(correction))
        )

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def financial_checks(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[FinanceCheck]:
        """The financial checks that wait for a person, the oldest first; the access is recorded."""
        context, last = info.context, time_of(after)
        checks = await context.area(FinanceArea).checks.waiting(context.actor, brand, page_size(first), last)
        return page_of(
            checks, first, check_to_graphql, lambda check: time_key(check.due_at, check.owner.customer)
        )


@strawberry.type
class Mutation(PaymentsMutation):
    """Changes."""

    @strawberry.mutation(directives=[permitted(Permission.FINANCE_CORRECT, FOUND)])
    async def propose_correction(
        self,
        info: OfficeInfo,
        input: ProposeCorrectionInput,  # noqa: A002
    ) -> FinanceProposal:
        """Propose a correction of a customer's account; another person approves it. Needs a step-up."""
        context = info.context
        proposal = await context.area(FinanceArea).corrections.propose(
            context.actor, _wanted(input.correction), input.reason
        )
        return FinanceProposal(proposal_id=ID(proposal))

    @strawberry.mutation(directives=[permitted(Permission.FINANCE_CORRECT, ALL)])
    async def propose_payout_release(
        self,
        info: OfficeInfo,
        input: ReleasePayoutsInput,  # noqa: A002
    ) -> FinanceProposal:
        """Propose that a currency pays out again; another person approves it. Needs a step-up."""
        context = info.context
        proposal = await context.area(FinanceArea).closes.propose_release(
            context.actor, input.currency, input.reason
        )
        return FinanceProposal(proposal_id=ID(proposal))

    @strawberry.mutation(directives=[permitted(Permission.FINANCE_CHECK, FOUND)])
    async def close_financial_check(
        self,
        info: OfficeInfo,
        input: CloseFinancialCheckInput,  # noqa: A002
    ) -> bool:
        """Close a financial check with what was found."""
        context = info.context
        await context.area(FinanceArea).checks.close(
            context.actor, owner_of(input.customer), input.due_at, input.finding
        )
        return True
