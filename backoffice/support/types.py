"""The types of support's part of the graph."""

from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.support.lookup.customers import CustomerView, CustomerWeek
from backoffice.support.lookup.explanations import LOCALE
from backoffice.support.privacy.repository import LegalHold
from foundation.same_fields import with_fields_of
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.kit.graphql.descriptions import described
from subgraphs.kit.graphql.money import written


@described
@strawberry.type
class SupportBrand:
    """A brand whose customers one may look at."""

    id: ID
    name: str
    time_zone: str
    currencies: list[str]


@described
@strawberry.type
class FoundCustomer:
    """A customer who was found; the page of the customer shows more.

    Attributes:
        id: Brand and customer, such as northbet:c-1.
    """

    id: ID
    brand: str
    customer_id: str


@described
@strawberry.type
class CustomerAccount:
    """The newest revision of a customer's account.

    Attributes:
        rg_state: Safer gambling: none, restricted or self_excluded.
    """

    revision: float
    status: str
    verified: bool
    jurisdiction: str
    currency: str
    rg_state: str
    promo_restricted: bool
    since: datetime


@described
@strawberry.type
class CustomerWeekInfo:
    """A week of a customer.

    Attributes:
        target_minor: Null if there are no rules for the customer.
        shown: In words, such as £5.00 of £25.00.
        reward: The id of the reward that the customer chose, or gets if they choose none; null without any.
        is_chosen: Whether the customer chose it.
    """

    iso_week: str
    total_minor: float
    counted_bets: int
    target_minor: int | None
    currency: str
    shown: str
    reward: str | None
    is_chosen: bool


@described
@strawberry.type
class SupportedCustomer:
    """A customer, as support sees them.

    Attributes:
        id: Brand and customer, such as northbet:c-1.
        ineligible_reason: Why they cannot take part at present.
        past_weeks: The weeks before the current one, the latest first.
    """

    id: ID
    brand: str
    customer_id: str
    account: CustomerAccount | None
    member: bool
    member_since: datetime | None
    ineligible_reason: str | None
    week: CustomerWeekInfo
    past_weeks: list[CustomerWeekInfo]


@described
@strawberry.type
class LegalHoldInfo:
    """Why a customer's data may not be erased.

    Attributes:
        lifted_at: Null while it holds.
    """

    id: ID
    brand: str
    customer_id: str
    reason: str
    put_by: str
    put_at: datetime
    lift_reason: str | None
    lifted_by: str | None
    lifted_at: datetime | None


@described
@strawberry.type
class SupportJob:
    """Work that was started; the job has its progress and its result."""

    job_id: ID


@described
@strawberry.type
class SupportProposal:
    """What waits for another person, who finds it among the approvals."""

    proposal_id: ID


def hold_to_graphql(hold: LegalHold) -> LegalHoldInfo:
    """Return a hold as the graph shows it."""
    return with_fields_of(LegalHoldInfo, hold, id=ID(hold.hold_id), brand=hold.brand_id)


def brand_to_graphql(brand: Brand) -> SupportBrand:
    """Return a brand as the graph shows it."""
    return SupportBrand(
        id=ID(brand.id), name=brand.name, time_zone=brand.time_zone, currencies=list(brand.currencies)
    )


def customer_to_graphql(view: CustomerView) -> SupportedCustomer:
    """Return a customer as the graph shows them."""
    return SupportedCustomer(
        id=ID(":".join(view.owner)),
        brand=view.owner.brand,
        customer_id=view.owner.customer,
        account=_account(view),
        member=view.membership.opted_in,
        member_since=view.membership.since,
        ineligible_reason=view.ineligible.value if view.ineligible else None,
        week=_week(view, view.present),
        past_weeks=[_week(view, week) for week in view.past],
    )


def _account(view: CustomerView) -> CustomerAccount | None:
    if view.account is None:
        return None
    account = view.account.account
    return with_fields_of(CustomerAccount, account, revision=view.account.revision, since=view.account.at)


def _week(view: CustomerView, week: CustomerWeek) -> CustomerWeekInfo:
    scheme, total = week.scheme, week.total
    currency = scheme.currency if scheme else view.brand.default_currency
    staked = written(total.total_minor if total else 0, currency, LOCALE)
    return CustomerWeekInfo(
        iso_week=week.week.iso,
        total_minor=total.total_minor if total else 0,
        counted_bets=total.counted_bets if total else 0,
        target_minor=scheme.target_minor if scheme else None,
        currency=currency,
        shown=f"{staked} of {written(scheme.target_minor, currency, LOCALE)}" if scheme else staked,
        reward=week.reward,
        is_chosen=week.is_chosen,
    )
