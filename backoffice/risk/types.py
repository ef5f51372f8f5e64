"""The types of risk's part of the graph. Money is in minor units of the currency beside it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.figures.repository import StoredReward
from backoffice.risk.budgets.use import BudgetLine
from backoffice.risk.figures.forecast import METHOD, Amount, Tested
from backoffice.risk.figures.profit import ProfitLine, profit_lines
from backoffice.risk.rows import RiskFigure, RiskRow
from backoffice.risk.service import CurrencyForecast, LiabilityNow, WeekSummary
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.kit.graphql.descriptions import described

described(strawberry.enum(RiskFigure, name="RiskFigure"))


@described
@strawberry.type
class RiskBrand:
    """A brand whose figures one may see."""

    id: ID
    name: str
    currencies: list[str]


@described
@strawberry.type
class RiskReward:
    """The customers of a week with the same reward in the same stage.

    Attributes:
        stage: expected (qualified, the week is not closed), owed (confirmed, not credited), outstanding
            (credited, not used yet), used, expired, or stopped.
        source: set: the customer's reward is known; default: nothing is chosen yet, so the default counts;
            none: no reward can be paid.
        reward: Empty if no reward can be paid.
        unvalued: How many of them have a reward whose value is not money.
    """

    id: ID
    brand: str
    iso_week: str
    stage: str
    source: str
    reward: str
    version: int
    kind: str | None
    currency: str
    customers: int
    value_minor: float
    spins: float
    unvalued: int


@described
@strawberry.type
class RiskCell:
    """A cell whose counts are part of the figures.

    Attributes:
        as_of: The oldest of its counts of weeks that may still change.
    """

    id: ID
    cell: str
    partitions: str
    as_of: datetime


@described
@strawberry.type
class RiskLiability:
    """What a brand may still have to pay.

    Attributes:
        as_of: When it was counted; null if it was not yet.
        changes_in_doubt: Changes of choice without an answer: they may still change which reward is due.
        cells: When each cell counted its part of the figures, the oldest first; empty without cells.
    """

    brand: str
    as_of: datetime | None
    changes_in_doubt: int
    lines: list[RiskReward]
    cells: list[RiskCell]


@described
@strawberry.type
class RiskMoney:
    """A week's money in one currency. Currencies are never added up.

    Attributes:
        customers: How many have a bet that counts.
        turnover_minor: The counting stakes of all bets that count.
        member_turnover_minor: The part that members staked.
        margin_minor: Null: messages of bets do not say what was won, so the margin is not known.
        cost_minor: Used, outstanding and owed.
        cost_share: The cost as a share of members' turnover.
        unvalued: Rewards due whose value is not money; the cost lacks them.
    """

    currency: str
    customers: int
    counted_bets: float
    turnover_minor: float
    member_turnover_minor: float
    margin_minor: float | None
    expected_minor: float
    owed_minor: float
    outstanding_minor: float
    used_minor: float
    expired_minor: float
    cost_minor: float
    cost_share: float | None
    unvalued: int
    spins: float


@described
@strawberry.type
class RiskWeek:
    """A week: its funnel, and its profit and loss.

    Attributes:
        closed: Whether all its qualifications are confirmed.
        seen: Customers who were shown the tracker; null for weeks in which that was not recorded.
        chose: Who chose a reward themselves, qualified or not.
    """

    id: ID
    brand: str
    iso_week: str
    starts_at: datetime
    ends_at: datetime
    as_of: datetime
    closed: bool
    seen: int | None
    opted_in: int
    qualified: int
    chose: int
    credited: int
    used: int
    changes_in_doubt: int
    money: list[RiskMoney]


@described
@strawberry.type
class RiskAmount:
    """A number of rewards and their value."""

    rewards: int
    value_minor: float


@described
@strawberry.type
class RiskForecastTest:
    """What the method would have said about a week that is over.

    Attributes:
        error: As a share of the actual number; positive: too many.
    """

    iso_week: str
    forecast: int
    low: int
    high: int
    actual: int
    error: float
    within: bool


@described
@strawberry.type
class RiskHour:
    """What was expected at the end of an hour of a week.

    Attributes:
        hour: 0 is the week's first; the present one is not over yet.
    """

    hour: int
    rewards: int
    value_minor: float


@described
@strawberry.type
class RiskForecast:
    """An estimate of the current week's rewards in one currency.

    Attributes:
        unavailable: Why there is no forecast.
        weeks: The earlier weeks that it is made from.
        hours: This week, by the hours that were counted.
        before: The same of the week before.
    """

    id: ID
    brand: str
    iso_week: str
    currency: str
    as_of: datetime
    elapsed_hours: float
    week_hours: int
    now: RiskAmount
    likely: RiskAmount | None
    low: RiskAmount | None
    high: RiskAmount | None
    unavailable: str | None
    method: str
    weeks: list[str]
    tests: list[RiskForecastTest]
    hours: list[RiskHour]
    before: list[RiskHour]


@described
@strawberry.type
class RiskBudget:
    """The budget of a reward in a week, in numbers of rewards.

    Attributes:
        own: Whether the week has one of its own.
        reserved: Changes that wait for an answer keep their place.
        left: Negative if more customers get it than planned.
        stopped: Whether nobody else can choose it.
    """

    id: ID
    brand: str
    iso_week: str
    reward: str
    own: bool
    budget: int
    chosen: int
    reserved: int
    expected: int
    owed: int
    credited: int
    left: int
    stopped: bool


@described
@strawberry.type
class RiskCustomer:
    """A customer in a figure; what the figure does not know is null."""

    id: ID
    customer: str
    at: datetime
    currency: str | None
    stage: str | None
    source: str | None
    reward: str | None
    version: int | None
    kind: str | None
    value_minor: float | None
    spins: int | None
    turnover_minor: float | None
    counted_bets: int | None


@described
@strawberry.type
class RiskBudgetResult:
    """The outcome of setting a budget.

    Attributes:
        number: Of the decision for all nodes; null if proposed.
        proposal: The proposal that another person has to approve.
    """

    number: float | None
    proposal: ID | None


def brand_to_graphql(brand: Brand) -> RiskBrand:
    """Return a brand."""
    return RiskBrand(id=ID(brand.id), name=brand.name, currencies=list(brand.currencies))


def reward_to_graphql(brand: str, stored: StoredReward) -> RiskReward:
    """Return a figure of rewards."""
    figure = stored.figure
    return RiskReward(
        id=ID(":".join([brand, *map(str, stored.key)])),
        brand=brand,
        iso_week=stored.iso_week,
        stage=figure.stage,
        source=figure.source,
        reward=figure.reward_id,
        version=figure.config_version,
        kind=figure.kind,
        currency=figure.currency,
        customers=figure.customers,
        value_minor=figure.value_minor,
        spins=figure.spins,
        unvalued=figure.unvalued,
    )


def liability_to_graphql(brand: str, found: LiabilityNow) -> RiskLiability:
    """Return what a brand may still have to pay."""
    lines = [reward_to_graphql(brand, reward) for reward in found.rewards]
    cells = [
        RiskCell(id=ID(f"{brand}:{cell.cell}"), cell=cell.cell, partitions=cell.partitions, as_of=cell.as_of)
        for cell in found.cells
    ]
    return RiskLiability(
        brand=brand, as_of=found.as_of, changes_in_doubt=found.in_doubt, lines=lines, cells=cells
    )


def week_to_graphql(summary: WeekSummary) -> RiskWeek:
    """Return a week."""
    week = summary.week
    return RiskWeek(
        id=ID(f"{week.brand}:{week.iso_week}"),
        brand=week.brand,
        iso_week=week.iso_week,
        starts_at=week.starts_at,
        ends_at=week.ends_at,
        as_of=week.as_of,
        closed=week.closed,
        seen=week.seen,
        opted_in=week.opted_in,
        qualified=week.qualified,
        chose=week.chose,
        credited=week.credited,
        used=week.used,
        changes_in_doubt=week.in_doubt,
        money=[_money(line) for line in profit_lines(summary.money, summary.rewards)],
    )


def _money(line: ProfitLine) -> RiskMoney:
    return RiskMoney(
        currency=line.currency,
        customers=line.customers,
        counted_bets=line.counted_bets,
        turnover_minor=line.turnover_minor,
        member_turnover_minor=line.member_turnover_minor,
        margin_minor=None,
        expected_minor=line.expected_minor,
        owed_minor=line.owed_minor,
        outstanding_minor=line.outstanding_minor,
        used_minor=line.used_minor,
        expired_minor=line.expired_minor,
        cost_minor=line.cost_minor,
        cost_share=line.cost_share,
        unvalued=line.unvalued,
        spins=line.spins,
    )


def forecast_to_graphql(brand: str, forecast: CurrencyForecast) -> RiskForecast:
    """Return a forecast."""
    estimate = forecast.forecast.estimate
    return RiskForecast(
        id=ID(f"{brand}:{forecast.currency}"),
        brand=brand,
        iso_week=forecast.week.iso,
        currency=forecast.currency,
        as_of=forecast.as_of,
        elapsed_hours=forecast.elapsed,
        week_hours=forecast.week.hours,
        now=_amount(forecast.now),
        likely=None if estimate is None else _amount(estimate.likely),
        low=None if estimate is None else _amount(estimate.low),
        high=None if estimate is None else _amount(estimate.high),
        unavailable=forecast.forecast.unavailable,
        method=METHOD,
        weeks=list(forecast.forecast.weeks),
        tests=_tests(forecast.tested),
        hours=_hours(forecast.hours),
        before=_hours(forecast.before),
    )


def _amount(amount: Amount) -> RiskAmount:
    return RiskAmount(rewards=amount.rewards, value_minor=amount.value_minor)


def _hours(amounts: Mapping[int, Amount]) -> list[RiskHour]:
    return [
        RiskHour(hour=hour, rewards=amount.rewards, value_minor=amount.value_minor)
        for hour, amount in sorted(amounts.items())
    ]


def _tests(tested: Iterable[Tested]) -> list[RiskForecastTest]:
    return [
        RiskForecastTest(
            iso_week=test.iso_week,
            forecast=test.estimate.likely.rewards,
            low=test.estimate.low.rewards,
            high=test.estimate.high.rewards,
            actual=test.actual.rewards,
            error=test.error,
            within=test.within,
        )
        for test in tested
    ]


def budget_to_graphql(line: BudgetLine) -> RiskBudget:
    """Return a budget."""
    return RiskBudget(
        id=ID(f"{line.brand}:{line.iso_week}:{line.reward_id}"),
        brand=line.brand,
        iso_week=line.iso_week,
        reward=line.reward_id,
        own=line.own,
        budget=line.use.rewards,
        chosen=line.use.taken,
        reserved=line.reserved,
        expected=line.standing.expected,
        owed=line.standing.owed,
        credited=line.standing.credited,
        left=line.left,
        stopped=line.stopped,
    )


def customer_to_graphql(row: RiskRow) -> RiskCustomer:
    """Return a customer in a figure."""
    return RiskCustomer(
        id=ID(row.customer),
        customer=row.customer,
        at=row.at,
        currency=row.currency,
        stage=row.stage,
        source=row.source,
        reward=row.reward_id,
        version=row.config_version,
        kind=row.kind,
        value_minor=row.value_minor,
        spins=row.spins,
        turnover_minor=row.turnover_minor,
        counted_bets=row.counted_bets,
    )
