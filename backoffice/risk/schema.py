"""Risk's part of the graph."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.global_events.repository import GlobalDecision
from backoffice.graph.area import ALL, ANY, OfficeInfo, permitted
from backoffice.graph.pages import Name, Number, Page, cursor, page_of, page_size, read_cursor, text_key
from backoffice.risk.analytics import AnalyticsReport, AnalyticsReportName, AskedReport
from backoffice.risk.area import RiskArea
from backoffice.risk.budgets.setting import BudgetLimit
from backoffice.risk.graph.budgets import RiskBudget, RiskBudgetResult, budget_to_graphql
from backoffice.risk.graph.customers import RiskCustomer, customer_to_graphql
from backoffice.risk.graph.forecasts import RiskForecast, forecast_to_graphql
from backoffice.risk.graph.liability import (
    RiskBrand,
    RiskLiability,
    RiskReward,
    brand_to_graphql,
    liability_to_graphql,
    reward_to_graphql,
)
from backoffice.risk.graph.questions import (
    AnalyticsAnswer,
    AnalyticsColumn,
    AnalyticsTable,
    answer_to_graphql,
)
from backoffice.risk.graph.weeks import RiskWeek, week_to_graphql
from backoffice.risk.rows import RiskFigure, RowFilter
from foundation.same_fields import with_fields_of
from subgraphs.fulfilment.goodwill import GoodwillGiven, GoodwillPosition, GoodwillWanted
from subgraphs.kit.graphql.descriptions import described, fields_described
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey


@described
@strawberry.type
class RiskGoodwill:
    """A goodwill credit: what, to whom, why, and who decided it.

    Attributes:
        at: When its state last changed.
    """

    id: ID
    iso_week: str
    customer: str
    stage: str
    reward: str
    version: int
    kind: str
    currency: str
    value_minor: float
    cause: str
    proposed_by: str
    approved_by: str
    at: datetime


def goodwill_to_graphql(given: GoodwillGiven) -> RiskGoodwill:
    """Return a credit as the graph shows it."""
    return with_fields_of(
        RiskGoodwill,
        given,
        id=ID(given.credit_id),
        customer=given.customer_id,
        reward=given.reward_id,
        version=given.config_version,
        at=given.changed_at,
    )


First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
_READ, _ASK = Permission.RISK_READ, Permission.RISK_ASK


@fields_described
@strawberry.input
class RiskBudgetInput:
    """A budget to set, in numbers of rewards.

    Attributes:
        iso_week: Null for every week without its own.
        rewards: Null removes the limit.
    """

    brand: str
    reward: str
    iso_week: str | None = None
    rewards: int | None = None
    reason: str


@fields_described
@strawberry.type
class Query:
    """Reads."""

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def risk_brands(
        self, info: OfficeInfo, first: First = 25, after: str | None = None
    ) -> Page[RiskBrand]:
        """The brands whose figures one may see, by id."""
        size, last = page_size(first), text_key(after)
        brands = [
            brand
            for brand in await info.context.area(RiskArea).risk.brands(info.context.actor)
            if brand.id > last
        ]
        return page_of(brands[:size], first, brand_to_graphql, lambda brand: brand.id)

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def risk_liability(self, info: OfficeInfo, brand: str) -> RiskLiability:
        """What a brand may still have to pay, by week, reward and stage."""
        return liability_to_graphql(
            brand, await info.context.area(RiskArea).risk.liability(info.context.actor, brand)
        )

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def analytics_report(
        self, info: OfficeInfo, brand: str, report: AnalyticsReportName, iso_week: str | None = None
    ) -> AnalyticsReport:
        """A report of analytics about a brand, of one week or of all; the access is recorded.

        CONFLICT where there is no store of analytics.
        """
        asked = AskedReport(report, brand, iso_week or None)
        reading = info.context.area(RiskArea).analytics.report(info.context.actor, asked)
        return await info.context.while_awaited(reading)

    @strawberry.field(directives=[permitted(_ASK, ALL)])
    def analytics_tables(self, info: OfficeInfo) -> list[AnalyticsTable]:
        """The tables that one may ask in SQL, with what a row means; CONFLICT where there is no store."""
        tables = info.context.area(RiskArea).questions.tables(info.context.actor)
        return [AnalyticsTable(name=table.name, says=table.says) for table in tables]

    @strawberry.field(directives=[permitted(_ASK, ALL)])
    async def analytics_columns(self, info: OfficeInfo, table: str) -> list[AnalyticsColumn]:
        """The columns of such a table."""
        columns = await info.context.area(RiskArea).questions.columns(info.context.actor, table)
        return [AnalyticsColumn(name=name, type=kind, says=says) for name, kind, says in columns]

    @strawberry.field(directives=[permitted(_ASK, ALL)])
    async def analytics_answer(self, info: OfficeInfo, sql: str) -> AnalyticsAnswer:
        """The answer to a question in SQL over all brands; the question is recorded before it is asked.

        INVALID, with a sentence, if it may not be asked, is not understood, or goes beyond its limits.
        """
        answering = info.context.area(RiskArea).questions.answer(info.context.actor, sql)
        return answer_to_graphql(await info.context.while_awaited(answering))

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def risk_forecast(self, info: OfficeInfo, brand: str) -> list[RiskForecast]:
        """The forecast of the current week's rewards, by currency."""
        forecasts = await info.context.area(RiskArea).risk.forecasts(info.context.actor, brand)
        return [forecast_to_graphql(brand, forecast) for forecast in forecasts]

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def risk_weeks(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[RiskWeek]:
        """Weeks with their funnel, and their profit and loss, the newest first."""
        before = text_key(after) or None
        weeks = await info.context.area(RiskArea).risk.weeks(
            info.context.actor, brand, page_size(first), before
        )
        return page_of(weeks, first, week_to_graphql, lambda week: week.week.iso_week)

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def risk_rewards(
        self,
        info: OfficeInfo,
        brand: str,
        iso_week: str | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[RiskReward]:
        """The cost of each reward by stage: of one week, or of all, the newest first."""
        rewards = await info.context.area(RiskArea).risk.rewards(
            info.context.actor, brand, page_size(first), _reward_key(after), iso_week or None
        )
        return page_of(
            rewards, first, lambda reward: reward_to_graphql(brand, reward), lambda reward: reward.key
        )

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def risk_budgets(
        self,
        info: OfficeInfo,
        brand: str,
        iso_week: str | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[RiskBudget]:
        """The budgets of a week, by default of the present one: set, used, reserved, left."""
        size, last = page_size(first), text_key(after)
        budgets = await info.context.area(RiskArea).risk.budgets(info.context.actor, brand, iso_week or None)
        later = [budget for budget in budgets if budget.reward_id > last]
        return page_of(later[:size], first, budget_to_graphql, lambda line: line.reward_id)

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def risk_customers(
        self,
        info: OfficeInfo,
        brand: str,
        iso_week: str,
        *,
        figure: RiskFigure,
        reward: str | None = None,
        version: int | None = None,
        currency: str | None = None,
        source: str | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[RiskCustomer]:
        """The customers behind a figure, by id.

        A page may be shorter than asked and yet have a next one: a request reads a bounded number of rows.
        Each access is recorded.
        """
        page_size(first)
        page = await info.context.area(RiskArea).risk.customers(
            info.context.actor,
            brand,
            iso_week,
            figure=figure,
            wanted=RowFilter(reward, version, currency or None, source or None),
            first=first,
            after=text_key(after),
        )
        end = None if page.end is None else cursor(page.end)
        return Page(
            nodes=[customer_to_graphql(row) for row in page.rows], end_cursor=end, has_next_page=page.has_next
        )

    @strawberry.field(
        description="The goodwill credits behind the costs of goodwill, the newest week first. Each look is "
        "recorded.",
        directives=[permitted(_READ, "brand")],
    )
    async def risk_goodwill(
        self,
        info: OfficeInfo,
        brand: str,
        *,
        iso_week: str | None = None,
        currency: str | None = None,
        stage: str | None = None,
        kind: str | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[RiskGoodwill]:
        """Return a page of credits."""
        wanted = GoodwillWanted(brand, iso_week or None, currency or None, stage or None, kind or None)
        risk, actor = info.context.area(RiskArea).risk, info.context.actor
        found = await risk.goodwill(actor, wanted, page_size(first), _goodwill_position(after))
        await risk.record_access(actor, brand, f"goodwill:{brand}:{iso_week or 'every-week'}")
        return page_of(found, first, goodwill_to_graphql, lambda given: list(given.position))


@fields_described
@strawberry.type
class Mutation:
    """Changes."""

    @strawberry.mutation(directives=[permitted(Permission.RISK_BUDGET, "input.brand")])
    async def set_risk_budget(
        self,
        info: OfficeInfo,
        input: RiskBudgetInput,  # noqa: A002
    ) -> RiskBudgetResult:
        """Set or remove a budget on all nodes.

        Needs a step-up; raising one is proposed, and another person approves it.
        """
        key = BudgetKey(input.brand, input.reward, input.iso_week or EVERY_WEEK)
        service = info.context.area(RiskArea).budgets
        done = await service.set(info.context.actor, BudgetLimit(key, input.rewards), input.reason)
        if isinstance(done, GlobalDecision):
            return RiskBudgetResult(number=done.order.number, proposal=None)
        return RiskBudgetResult(number=None, proposal=ID(done))


def _goodwill_position(after: str | None) -> GoodwillPosition | None:
    key = read_cursor(after, tuple[Name, Name, Name])
    return None if key is None else GoodwillPosition(*key)


def _reward_key(after: str | None) -> list[Any] | None:
    key = read_cursor(after, tuple[Name, Name, Number, Name, Name, Name])
    return None if key is None else [*key]
