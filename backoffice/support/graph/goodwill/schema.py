"""Goodwill in support's part of the graph."""

import strawberry
from strawberry import ID

from backoffice.access.roles import Permission
from backoffice.graph.area import OfficeInfo
from backoffice.graph.permitted import FOUND, permitted
from backoffice.support.area import SupportArea
from backoffice.support.goodwill.budget import EVERY_WEEK, GoodwillBudgetKey, GoodwillLimits
from backoffice.support.goodwill.credits import GoodwillRequest
from backoffice.support.graph.goodwill.types import (
    GoodwillBudgetInfo,
    GoodwillBudgetResult,
    GoodwillCostInfo,
    GoodwillOfferInfo,
    ProposeGoodwillInput,
    SetGoodwillBudgetInput,
    shown_choice,
    shown_cost,
    shown_use,
)
from backoffice.support.lookup.customers import owner_of
from backoffice.support.types import SupportProposal


@strawberry.type
class GoodwillQuery:
    """Reads of goodwill."""

    @strawberry.field(
        description="What can be given to a customer as goodwill now, and what the budget leaves.",
        directives=[permitted(Permission.SUPPORT_GOODWILL, FOUND)],
    )
    async def goodwill_offer(self, info: OfficeInfo, customer: ID) -> GoodwillOfferInfo:
        """Return an offer."""
        context = info.context
        return shown_choice(
            await context.area(SupportArea).goodwill.choice(context.actor, owner_of(customer))
        )

    @strawberry.field(
        description="The goodwill budgets of a brand with their use: of this week, and of coming ones that "
        "have their own.",
        directives=[permitted(Permission.SUPPORT_READ, "brand")],
    )
    async def goodwill_budgets(self, info: OfficeInfo, brand: str) -> list[GoodwillBudgetInfo]:
        """Return budgets."""
        context = info.context
        return [
            shown_use(one)
            for one in await context.area(SupportArea).goodwill_budgets.uses(context.actor, brand)
        ]

    @strawberry.field(
        description="What the goodwill of a brand costs: owed, outstanding, used, expired or stopped.",
        directives=[permitted(Permission.RISK_READ, "brand")],
    )
    async def goodwill_costs(
        self, info: OfficeInfo, brand: str, iso_week: str | None = None
    ) -> list[GoodwillCostInfo]:
        """Return costs."""
        context = info.context
        found = await context.area(SupportArea).goodwill_budgets.costs(context.actor, brand, iso_week)
        return [shown_cost(one) for one in found]


@strawberry.type
class GoodwillMutation:
    """Changes of goodwill."""

    @strawberry.mutation(
        description="Propose to give a customer a reward as goodwill; it is reserved in the week's budget, "
        "and another person approves it. Needs a step-up.",
        directives=[permitted(Permission.SUPPORT_GOODWILL, FOUND)],
    )
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

    @strawberry.mutation(
        description="Set a goodwill budget. If more could be given than before, another person approves it. "
        "Needs a step-up.",
        directives=[permitted(Permission.RISK_BUDGET, "input.brand")],
    )
    async def set_goodwill_budget(
        self,
        info: OfficeInfo,
        input: SetGoodwillBudgetInput,  # noqa: A002
    ) -> GoodwillBudgetResult:
        """Set a budget."""
        key = GoodwillBudgetKey(input.brand, input.currency, input.iso_week or EVERY_WEEK)
        whole = input.amount_minor
        limits = GoodwillLimits(
            whole,
            whole if input.customer_minor is None else input.customer_minor,
            whole if input.agent_minor is None else input.agent_minor,
        )
        found = await info.context.area(SupportArea).goodwill_budgets.set(
            info.context.actor, key, limits, input.reason
        )
        return GoodwillBudgetResult(proposal_id=None if found is None else ID(found))
