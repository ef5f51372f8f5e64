"""Support's part of the graph."""

from functools import partial
from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import ANY, FOUND, OfficeInfo, permitted
from backoffice.graph.pages import Page, page_of, page_size, text_key
from backoffice.support.adjustments import AdjustmentRequest
from backoffice.support.area import SupportArea
from backoffice.support.bet_types import (
    BetExplanation,
    BetRecordInfo,
    TimelineEntry,
    entry_to_graphql,
    explanation_to_graphql,
    record_to_graphql,
)
from backoffice.support.goodwill_graph import GoodwillMutation, GoodwillQuery
from backoffice.support.lookup.customers import owner_of
from backoffice.support.lookup.timeline import TimelinePart, position_key, position_of
from backoffice.support.money_graph import MoneyQuery
from backoffice.support.payment_graph import PaymentQuery
from backoffice.support.types import (
    CustomerWeekInfo,
    FoundCustomer,
    LegalHoldInfo,
    SupportBrand,
    SupportedCustomer,
    SupportJob,
    SupportProposal,
    brand_to_graphql,
    customer_to_graphql,
    hold_to_graphql,
)
from subgraphs.kit.graphql.descriptions import described, fields_described

described(strawberry.enum(TimelinePart))
First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
CustomerId = Annotated[ID, strawberry.argument(description="Brand and customer, such as northbet:c-1.")]
_READ = Permission.SUPPORT_READ


@strawberry.input
class ProposeAdjustmentInput:
    """A correction of a customer's week; a negative amount takes from it."""

    customer: ID
    iso_week: str
    amount_minor: int
    reason: str


@strawberry.input
class CustomerReasonInput:
    """A customer, and why something is done."""

    customer: ID
    reason: str


@strawberry.input
class LiftLegalHoldInput:
    """A hold, and why it is lifted."""

    hold_id: ID
    reason: str


@fields_described
@strawberry.type
class Query(GoodwillQuery, MoneyQuery, PaymentQuery):
    """Reads. Each look at a customer's data is in the audit log."""

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def support_brands(self, info: OfficeInfo) -> list[SupportBrand]:
        """The brands whose customers one may look at."""
        return [
            brand_to_graphql(brand)
            for brand in await info.context.area(SupportArea).customers.brands(info.context.actor)
        ]

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def customers(
        self, info: OfficeInfo, brand: str, search: str, first: First = 25, after: str | None = None
    ) -> Page[FoundCustomer]:
        """Customers of a brand whose id begins as given, by id."""
        found = await info.context.area(SupportArea).customers.search(
            info.context.actor, brand, search, page_size(first), text_key(after)
        )
        return page_of(found, first, lambda customer: _found(brand, customer), lambda customer: customer)

    @strawberry.field(directives=[permitted(_READ, FOUND)])
    async def customer(self, info: OfficeInfo, id: CustomerId) -> SupportedCustomer:  # noqa: A002
        """A customer."""
        return customer_to_graphql(
            await info.context.area(SupportArea).customers.view(info.context.actor, owner_of(id))
        )

    @strawberry.field(directives=[permitted(_READ, FOUND)])
    async def customer_week(self, info: OfficeInfo, customer: CustomerId, iso_week: str) -> CustomerWeekInfo:
        """A week of a customer, such as 2026-W13: what counts, and the target."""
        view = await info.context.area(SupportArea).customers.view(
            info.context.actor, owner_of(customer), iso_week
        )
        return customer_to_graphql(view).week

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def customer_of_bet(self, info: OfficeInfo, brand: str, bet_id: str) -> SupportedCustomer:
        """The customer who placed a bet."""
        return customer_to_graphql(
            await info.context.area(SupportArea).customers.of_bet(info.context.actor, brand, bet_id)
        )

    @strawberry.field(directives=[permitted(_READ, FOUND)])
    async def timeline(
        self,
        info: OfficeInfo,
        customer: CustomerId,
        part: TimelinePart | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[TimelineEntry]:
        """What happened to a customer, the newest first; all of it, or a part."""
        position, size = position_of(after), page_size(first)
        timeline, owner = info.context.area(SupportArea).timeline, owner_of(customer)
        page = await timeline.page(info.context.actor, owner, size, position, part)
        shown = partial(entry_to_graphql, words=await timeline.words_of(owner.brand))
        return page_of(page, first, shown, lambda entry: position_key(entry.position))

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def bet_explanation(self, info: OfficeInfo, brand: str, bet_id: str) -> BetExplanation:
        """Why a bet counted or did not, in words that can be read aloud."""
        return explanation_to_graphql(
            await info.context.area(SupportArea).explanations.of_bet(info.context.actor, brand, bet_id)
        )

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def bet_record(self, info: OfficeInfo, brand: str, bet_id: str) -> BetRecordInfo:
        """Where the message of a bet is on Kafka, and when it arrived: searched for, not stored."""
        return record_to_graphql(
            await info.context.area(SupportArea).records.of_bet(info.context.actor, brand, bet_id)
        )

    @strawberry.field(directives=[permitted(_READ, FOUND)])
    async def legal_holds(self, info: OfficeInfo, customer: CustomerId) -> list[LegalHoldInfo]:
        """The legal holds of a customer, lifted ones included."""
        holds = await info.context.area(SupportArea).holds.of_customer(info.context.actor, owner_of(customer))
        return [hold_to_graphql(hold) for hold in holds]

    @strawberry.field(directives=[permitted(Permission.SUPPORT_EXPORT, FOUND)])
    async def customer_export(self, info: OfficeInfo, job_id: ID) -> str:
        """An export of a customer's data, as JSON; kept for a week."""
        return await info.context.area(SupportArea).requests.document(info.context.actor, job_id)


@fields_described
@strawberry.type
class Mutation(GoodwillMutation):
    """Changes."""

    @strawberry.mutation(directives=[permitted(Permission.SUPPORT_ADJUST, FOUND)])
    async def propose_adjustment(
        self,
        info: OfficeInfo,
        input: ProposeAdjustmentInput,  # noqa: A002
    ) -> SupportProposal:
        """Propose to add to a customer's week or to take from it; another person approves it.

        Needs a step-up.
        """
        wanted = AdjustmentRequest(owner_of(input.customer), input.iso_week, input.amount_minor, input.reason)
        return SupportProposal(
            proposal_id=ID(
                await info.context.area(SupportArea).adjustments.propose(info.context.actor, wanted)
            )
        )

    @strawberry.mutation(directives=[permitted(Permission.SUPPORT_EXPORT, FOUND)])
    async def export_customer(
        self,
        info: OfficeInfo,
        input: CustomerReasonInput,  # noqa: A002
    ) -> SupportJob:
        """Export all that is stored about a customer, as a job whose id is that of the export."""
        owner = owner_of(input.customer)
        return SupportJob(
            job_id=ID(
                await info.context.area(SupportArea).requests.export(info.context.actor, owner, input.reason)
            )
        )

    @strawberry.mutation(directives=[permitted(Permission.SUPPORT_ERASE, FOUND)])
    async def propose_erasure(
        self,
        info: OfficeInfo,
        input: CustomerReasonInput,  # noqa: A002
    ) -> SupportProposal:
        """Propose to erase a customer; another person approves it. Needs a step-up.

        Refused under a legal hold.
        """
        owner = owner_of(input.customer)
        proposal = await info.context.area(SupportArea).requests.propose_erasure(
            info.context.actor, owner, input.reason
        )
        return SupportProposal(proposal_id=ID(proposal))

    @strawberry.mutation(directives=[permitted(Permission.SUPPORT_ERASE, FOUND)])
    async def put_legal_hold(
        self,
        info: OfficeInfo,
        input: CustomerReasonInput,  # noqa: A002
    ) -> LegalHoldInfo:
        """Put a legal hold on a customer: they are not erased until it is lifted."""
        owner = owner_of(input.customer)
        return hold_to_graphql(
            await info.context.area(SupportArea).holds.put(info.context.actor, owner, input.reason)
        )

    @strawberry.mutation(directives=[permitted(Permission.SUPPORT_ERASE, FOUND)])
    async def lift_legal_hold(
        self,
        info: OfficeInfo,
        input: LiftLegalHoldInput,  # noqa: A002
    ) -> LegalHoldInfo:
        """Lift a legal hold."""
        return hold_to_graphql(
            await info.context.area(SupportArea).holds.lift(info.context.actor, input.hold_id, input.reason)
        )


def _found(brand: str, customer: str) -> FoundCustomer:
    return FoundCustomer(id=ID(f"{brand}:{customer}"), brand=brand, customer_id=customer)
