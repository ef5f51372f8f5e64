"""Support's part of the graph: a customer's payments, each with its story."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import FOUND, OfficeInfo, permitted
from backoffice.graph.pages import page_size
from backoffice.support.area import SupportArea
from backoffice.support.lookup.customers import owner_of
from backoffice.support.lookup.payment_story import PaymentStory, StoryEntry, StoryKind
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described
from subgraphs.wallet.payments.payment import Direction, PaymentState

described(strawberry.enum(StoryKind, name="PaymentStoryKind"))
described(strawberry.enum(PaymentState, name="OfficePaymentState"))
described(strawberry.enum(Direction, name="OfficePaymentDirection"))

_CustomerId = Annotated[ID, strawberry.argument(description="Brand and customer, such as northbet:c-1.")]
_First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]


@described
@strawberry.type
class PaymentStoryEntry:
    """Something that has happened to a payment.

    Attributes:
        processor: Who was asked, or has said it; empty if nobody.
        part: What kind of part it is of: charge, refund, payout, dispute or fee; empty if of none.
        state: How that stands, or what was decided; empty if nothing does.
        amount_minor: In minor units; null if no money is named.
        words: Why, as somebody has written it; empty if nobody has.
        by: Who; empty if no person.
    """

    at: datetime
    kind: StoryKind
    processor: str
    part: str
    state: str
    amount_minor: float | None
    words: str
    by: str


@described
@strawberry.type
class OfficePayment:
    """A payment of a customer.

    Attributes:
        customer: Brand and customer, such as northbet:c-1.
        method_id: The way to pay that the customer chose.
        amount_minor: With the fee, in minor units.
        fee_minor: What the house keeps of it, in minor units.
        review: Why a person has to look at it; empty if nobody has to.
        story: What has happened to it, the earliest first.
    """

    id: ID
    customer: ID
    direction: Direction
    state: PaymentState
    method_id: str
    currency: str
    amount_minor: float
    fee_minor: float
    review: str
    asked_at: datetime
    story: list[PaymentStoryEntry]


@strawberry.type
class PaymentQuery:
    """Reads of a customer's payments. Each look is in the audit log."""

    @strawberry.field(directives=[permitted(Permission.SUPPORT_READ, FOUND)])
    async def customer_payments(
        self, info: OfficeInfo, customer: _CustomerId, first: _First = 25
    ) -> list[OfficePayment]:
        """A customer's newest payments, each with its story."""
        context = info.context
        page_size(first)
        found = await context.area(SupportArea).money.payments(context.actor, owner_of(customer), first)
        return [payment_to_graphql(story) for story in found]


def payment_to_graphql(story: PaymentStory) -> OfficePayment:
    """Return a payment with its story, for the graph."""
    payment = story.payment
    return with_fields_of(
        OfficePayment,
        payment,
        id=ID(payment.payment_id),
        customer=ID(f"{payment.brand_id}:{payment.customer_id}"),
        story=[_entry(entry) for entry in story.entries],
    )


def _entry(entry: StoryEntry) -> PaymentStoryEntry:
    return with_fields_of(PaymentStoryEntry, entry)
