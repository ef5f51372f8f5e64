"""Weeks in risk's part of the graph: their funnels, profit and loss, in minor units."""

from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.risk.figures.profit import ProfitLine, profit_lines
from backoffice.risk.service import WeekSummary
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described


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


def week_to_graphql(summary: WeekSummary) -> RiskWeek:
    """Return a week."""
    week = summary.week
    return with_fields_of(
        RiskWeek,
        week,
        id=ID(f"{week.brand}:{week.iso_week}"),
        changes_in_doubt=week.in_doubt,
        money=[_money(line) for line in profit_lines(summary.money, summary.rewards)],
    )


def _money(line: ProfitLine) -> RiskMoney:
    return with_fields_of(RiskMoney, line, margin_minor=None)
