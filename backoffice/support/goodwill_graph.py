"""Goodwill in support's part of the graph."""

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import FOUND, OfficeInfo, permitted
from backoffice.support.area import SupportArea
from backoffice.support.goodwill.budget import (
    EVERY_WEEK,
    GoodwillBudgetKey,
    GoodwillLimits,
    ReservationStatus,
    WeekUse,
)
from backoffice.support.goodwill.credits import CAUSE_WORDS, GoodwillCause, GoodwillChoice, GoodwillRequest
from backoffice.support.lookup.customers import owner_of
from backoffice.support.types import SupportProposal
from foundation.same_fields import with_fields_of
from subgraphs.fulfilment.goodwill import GoodwillCost
from subgraphs.kit.graphql.descriptions import described, fields_described
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig

described(strawberry.enum(GoodwillCause))


@strawberry.type
class GoodwillReward:
    """A reward that can be given; its id is that of the option, such as northbet:fb-5:3."""

    id: ID
    reward_id: str
    kind: str
    value_minor: int
    currency: str
    expiry_days: int


@strawberry.type
class GoodwillCauseInfo:
    """A reason of the list, in words."""

    cause: GoodwillCause
    words: str


@strawberry.type
class GoodwillOfferInfo:
    """What can be given to a customer now.

    `refusal` says why nothing can be given; `leftMinor` is what the week's budget and its limits leave for
    this customer and the one who asks.
    """

    iso_week: str
    currency: str
    left_minor: int
    refusal: str | None
    rewards: list[GoodwillReward]
    causes: list[GoodwillCauseInfo]


@strawberry.type
class GoodwillBudgetInfo:
    """A week's goodwill budget and its use.

    `own`: whether the week has a budget of its own. `reserved` are proposals, `approved` credits that are
    not known to be paid yet.
    """

    id: ID
    brand: str
    currency: str
    iso_week: str
    own: bool
    amount_minor: int
    customer_minor: int
    agent_minor: int
    reserved_minor: int
    approved_minor: int
    paid_minor: int
    left_minor: int


@strawberry.type
class GoodwillCostInfo:
    """Goodwill credits of a week in one stage (owed, outstanding, used, expired, stopped) and kind."""

    id: ID
    iso_week: str
    currency: str
    stage: str
    kind: str
    credits: int
    value_minor: int


@strawberry.type
class GoodwillBudgetResult:
    """What came of setting a budget: a proposal if more could be given than before, otherwise null."""

    proposal_id: ID | None


@strawberry.input
class ProposeGoodwillInput:
    """A reward to give to a customer, and why."""

    customer: ID
    reward: ID
    cause: GoodwillCause
    reason: str


@strawberry.input
class SetGoodwillBudgetInput:
    """A budget of a week, or of every week without one of its own; a null limit is the whole budget."""

    brand: str
    currency: str
    iso_week: str | None = None
    amount_minor: int
    customer_minor: int | None = None
    agent_minor: int | None = None
    reason: str


def choice_to_graphql(choice: GoodwillChoice) -> GoodwillOfferInfo:
    """Return what can be given, for the graph."""
    return GoodwillOfferInfo(
        iso_week=choice.offer.week.iso,
        currency=choice.offer.currency,
        left_minor=choice.left_minor,
        refusal=choice.offer.refusal,
        rewards=[_reward_to_graphql(reward) for reward in choice.offer.rewards],
        causes=[GoodwillCauseInfo(cause=cause, words=words) for cause, words in CAUSE_WORDS.items()],
    )


def use_to_graphql(use: WeekUse) -> GoodwillBudgetInfo:
    """Return a week's budget, for the graph."""
    return GoodwillBudgetInfo(
        id=ID(":".join(use.week)),
        brand=use.week.brand,
        currency=use.week.currency,
        iso_week=use.week.iso_week,
        own=use.budget is not None and use.budget.key.iso_week != EVERY_WEEK,
        amount_minor=use.limits.amount_minor,
        customer_minor=use.limits.customer_minor,
        agent_minor=use.limits.agent_minor,
        reserved_minor=use.taken(ReservationStatus.RESERVED),
        approved_minor=use.taken(ReservationStatus.APPROVED),
        paid_minor=use.taken(ReservationStatus.PAID),
        left_minor=use.left,
    )


def cost_to_graphql(cost: GoodwillCost) -> GoodwillCostInfo:
    """Return a line of the costs, for the graph."""
    return with_fields_of(
        GoodwillCostInfo,
        cost,
        id=ID(f"{cost.brand}:{cost.iso_week}:{cost.currency}:{cost.stage}:{cost.kind}"),
    )


def _reward_to_graphql(config: RewardConfig) -> GoodwillReward:
    return GoodwillReward(
        id=ID(str(OptionId(config.brand, config.reward_id, config.version))),
        reward_id=config.reward_id,
        kind=config.kind.value,
        value_minor=config.value_minor or 0,
        currency=config.currency,
        expiry_days=config.expiry_days,
    )


@fields_described
@strawberry.type
class GoodwillQuery:
    """Reads of goodwill.

    Attributes:
        goodwill_budgets: The goodwill budgets of a brand with their use: of this week, and of coming ones
            that have their own.
    """

    @strawberry.field(directives=[permitted(Permission.SUPPORT_GOODWILL, FOUND)])
    async def goodwill_offer(self, info: OfficeInfo, customer: ID) -> GoodwillOfferInfo:
        """What can be given to a customer as goodwill now, and what the budget leaves."""
        context = info.context
        return choice_to_graphql(
            await context.area(SupportArea).goodwill.choice(context.actor, owner_of(customer))
        )

    @strawberry.field(directives=[permitted(Permission.SUPPORT_READ, "brand")])
    async def goodwill_budgets(self, info: OfficeInfo, brand: str) -> list[GoodwillBudgetInfo]:
        """Return budgets."""
        context = info.context
        return [
            use_to_graphql(use)
            for use in await context.area(SupportArea).goodwill_budgets.uses(context.actor, brand)
        ]

    @strawberry.field(directives=[permitted(Permission.RISK_READ, "brand")])
    async def goodwill_costs(
        self, info: OfficeInfo, brand: str, iso_week: str | None = None
    ) -> list[GoodwillCostInfo]:
        """What the goodwill of a brand costs: owed, outstanding, used, expired or stopped."""
        context = info.context
        costs = await context.area(SupportArea).goodwill_budgets.costs(context.actor, brand, iso_week)
        return [cost_to_graphql(cost) for cost in costs]


@fields_described
@strawberry.type
class GoodwillMutation:
    """Changes of goodwill.

    Attributes:
        propose_goodwill: Propose to give a customer a reward as goodwill; it is reserved in the week's
            budget, and another person approves it. Needs a step-up.
    """

    @strawberry.mutation(directives=[permitted(Permission.SUPPORT_GOODWILL, FOUND)])
    async def propose_goodwill(
        self,
        info: OfficeInfo,
        input: ProposeGoodwillInput,  # noqa: A002
    ) -> SupportProposal:
        """Propose a credit."""
        wanted = GoodwillRequest(owner_of(input.customer), input.reward, input.cause, input.reason)
        return SupportProposal(
            proposal_id=ID(await info.context.area(SupportArea).goodwill.propose(info.context.actor, wanted))
        )

    @strawberry.mutation(directives=[permitted(Permission.RISK_BUDGET, "input.brand")])
    async def set_goodwill_budget(
        self,
        info: OfficeInfo,
        input: SetGoodwillBudgetInput,  # noqa: A002
    ) -> GoodwillBudgetResult:
        """Set a goodwill budget. If more could be given than before, another person approves it.

        Needs a step-up.
        """
        key = GoodwillBudgetKey(input.brand, input.currency, input.iso_week or EVERY_WEEK)
        whole = input.amount_minor
        limits = GoodwillLimits(
            whole,
            whole if input.customer_minor is None else input.customer_minor,
            whole if input.agent_minor is None else input.agent_minor,
        )
        budget = await info.context.area(SupportArea).goodwill_budgets.set(
            info.context.actor, key, limits, input.reason
        )
        return GoodwillBudgetResult(proposal_id=None if budget is None else ID(budget))
