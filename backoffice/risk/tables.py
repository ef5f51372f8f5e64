"""The tables that can be exported: their columns and rows. Money is in minor units of its currency."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Final, TypeAlias

from backoffice.figures.repository import StoredReward
from backoffice.risk.budgets.use import BudgetLine
from backoffice.risk.figures.profit import profit_lines
from backoffice.risk.rows import RiskRow
from backoffice.risk.service import CurrencyForecast, WeekSummary
from subgraphs.fulfilment.goodwill import GoodwillGiven

Row: TypeAlias = Sequence[object]


class RiskTable(Enum):
    """A table that can be exported."""

    LIABILITY = "liability"
    FORECAST = "forecast"
    FUNNEL = "funnel"
    PROFIT = "profit"
    REWARDS = "rewards"
    BUDGETS = "budgets"
    CUSTOMERS = "customers"
    GOODWILL = "goodwill"


_REWARDS: Final = (
    *("brand", "week", "stage", "source", "reward", "version", "kind", "currency"),
    *("customers", "value_minor", "spins", "unvalued"),
)
HEADS: Final[Mapping[RiskTable, Row]] = {
    RiskTable.LIABILITY: _REWARDS,
    RiskTable.REWARDS: _REWARDS,
    RiskTable.FORECAST: (
        *("brand", "week", "currency", "as_of", "elapsed_hours", "rewards_now", "value_now_minor"),
        *("rewards_likely", "rewards_low", "rewards_high", "value_likely_minor", "value_low_minor"),
        *("value_high_minor", "unavailable"),
    ),
    RiskTable.FUNNEL: (
        *("brand", "week", "as_of", "closed", "seen", "opted_in", "qualified", "chose", "credited", "used"),
    ),
    RiskTable.PROFIT: (
        *("brand", "week", "currency", "customers", "counted_bets", "turnover_minor"),
        *("member_turnover_minor", "margin_minor", "expected_minor", "owed_minor", "outstanding_minor"),
        *("used_minor", "expired_minor", "cost_minor", "unvalued", "spins"),
    ),
    RiskTable.BUDGETS: (
        *("brand", "week", "reward", "own", "budget", "chosen", "reserved", "expected", "owed", "credited"),
        *("left", "stopped"),
    ),
    RiskTable.CUSTOMERS: (
        *("brand", "week", "figure", "customer", "at", "currency", "stage", "source", "reward", "version"),
        *("kind", "value_minor", "spins", "turnover_minor", "counted_bets"),
    ),
    RiskTable.GOODWILL: (
        *("brand", "week", "customer", "credit", "stage", "reward", "version", "kind", "currency"),
        *("value_minor", "cause", "proposed_by", "approved_by", "at"),
    ),
}


def reward_row(brand: str, stored: StoredReward) -> Row:
    """Return a figure of rewards."""
    one = stored.figure
    return (
        *(brand, stored.iso_week, one.stage, one.source, one.reward_id, one.config_version, one.kind),
        *(one.currency, one.customers, one.value_minor, one.spins, one.unvalued),
    )


def forecast_row(brand: str, one: CurrencyForecast) -> Row:
    """Return a forecast; without an estimate its columns are empty."""
    estimate = one.forecast.estimate
    ranges = (None,) * 3 if estimate is None else (estimate.likely, estimate.low, estimate.high)
    return (
        *(brand, one.week.iso, one.currency, one.as_of.isoformat(), round(one.elapsed, 1)),
        *(one.now.rewards, one.now.value_minor),
        *(amount and amount.rewards for amount in ranges),
        *(amount and amount.value_minor for amount in ranges),
        one.forecast.unavailable,
    )


def funnel_row(one: WeekSummary) -> Row:
    """Return a week's funnel."""
    week = one.week
    return (
        *(week.brand, week.iso_week, week.as_of.isoformat(), week.closed, week.seen),
        *(week.opted_in, week.qualified, week.chose, week.credited, week.used),
    )


def profit_rows(one: WeekSummary) -> Iterator[Row]:
    """Yield a week's profit and loss, by currency; the margin is not known."""
    for line in profit_lines(one.money, one.rewards):
        yield (
            *(one.week.brand, one.week.iso_week, line.currency, line.customers, line.counted_bets),
            *(line.turnover_minor, line.member_turnover_minor, None, line.expected_minor, line.owed_minor),
            *(line.outstanding_minor, line.used_minor, line.expired_minor, line.cost_minor),
            *(line.unvalued, line.spins),
        )


def budget_row(line: BudgetLine) -> Row:
    """Return a budget, in numbers of rewards."""
    due = line.standing
    return (
        *(line.brand, line.iso_week, line.reward_id, line.own, line.use.rewards, line.use.taken),
        *(line.reserved, due.expected, due.owed, due.credited, line.left, line.stopped),
    )


def customer_row(of: tuple[str, str, str], row: RiskRow) -> Row:
    """Return a customer in a figure, after the brand, the week and the figure."""
    return (
        *of,
        *(row.customer, row.at.isoformat(), row.currency, row.stage, row.source, row.reward_id),
        *(row.config_version, row.kind, row.value_minor, row.spins, row.turnover_minor, row.counted_bets),
    )


def goodwill_row(brand: str, one: GoodwillGiven) -> Row:
    """Return a goodwill credit."""
    return (
        *(brand, one.iso_week, one.customer_id, one.credit_id, one.stage, one.reward_id, one.config_version),
        *(one.kind, one.currency, one.value_minor, one.cause, one.proposed_by, one.approved_by),
        one.changed_at.isoformat(),
    )
