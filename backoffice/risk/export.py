"""The tables of risk and money as CSV, page by page: the same figures as on the screens.

Money is in minor units of its currency.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from backoffice.access import Actor, Permission, require
from backoffice.errors import Invalid, Problem
from backoffice.figures.repository import StoredReward
from backoffice.graph.pages import MAX_PAGE_SIZE
from backoffice.risk.budgets.use import BudgetLine
from backoffice.risk.figures.profit import profit_lines
from backoffice.risk.rows import RiskFigure, RiskRow, RowFilter
from backoffice.risk.service import CurrencyForecast, RiskService, WeekSummary
from backoffice.spreadsheets import csv_lines
from subgraphs.fulfilment.goodwill import GoodwillGiven, GoodwillWanted

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
    figure = stored.figure
    return (
        *(
            brand,
            stored.iso_week,
            figure.stage,
            figure.source,
            figure.reward_id,
            figure.config_version,
            figure.kind,
        ),
        *(figure.currency, figure.customers, figure.value_minor, figure.spins, figure.unvalued),
    )


def forecast_row(brand: str, forecast: CurrencyForecast) -> Row:
    """Return a forecast; without an estimate its columns are empty."""
    estimate = forecast.forecast.estimate
    ranges = (None,) * 3 if estimate is None else (estimate.likely, estimate.low, estimate.high)
    return (
        *(
            brand,
            forecast.week.iso,
            forecast.currency,
            forecast.as_of.isoformat(),
            round(forecast.elapsed, 1),
        ),
        *(forecast.now.rewards, forecast.now.value_minor),
        *(amount and amount.rewards for amount in ranges),
        *(amount and amount.value_minor for amount in ranges),
        forecast.forecast.unavailable,
    )


def funnel_row(summary: WeekSummary) -> Row:
    """Return a week's funnel."""
    week = summary.week
    return (
        *(week.brand, week.iso_week, week.as_of.isoformat(), week.closed, week.seen),
        *(week.opted_in, week.qualified, week.chose, week.credited, week.used),
    )


def profit_rows(summary: WeekSummary) -> Iterator[Row]:
    """Yield a week's profit and loss, by currency; the margin is not known."""
    for line in profit_lines(summary.money, summary.rewards):
        yield (
            *(summary.week.brand, summary.week.iso_week, line.currency, line.customers, line.counted_bets),
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


def goodwill_row(brand: str, given: GoodwillGiven) -> Row:
    """Return a goodwill credit."""
    return (
        *(
            brand,
            given.iso_week,
            given.customer_id,
            given.credit_id,
            given.stage,
            given.reward_id,
            given.config_version,
        ),
        *(given.kind, given.currency, given.value_minor, given.cause, given.proposed_by, given.approved_by),
        given.changed_at.isoformat(),
    )


@dataclass(frozen=True, slots=True)
class RiskExport:
    """Writes the tables; each export is recorded."""

    risk: RiskService

    async def lines(self, actor: Actor, table: str, parameters: Mapping[str, str]) -> AsyncIterator[str]:
        """Return the parts of a table as CSV.

        Args:
            actor: Who exports it.
            table: The value of a `RiskTable`.
            parameters: `brand`; perhaps `isoWeek`; for goodwill `currency`, `stage`, `kind`; for customers
                also `figure`, `reward`, `version`,
                `currency`, `source`.

        Raises:
            Forbidden: The actor may not export figures of the brand.
            Invalid: There is no such table or figure.
            NotFound: There is no such brand.
        """
        brand = parameters.get("brand", "")
        require(actor, Permission.RISK_EXPORT, brand)
        wanted = next((known for known in RiskTable if known.value == table), None)
        if wanted is None:
            raise Invalid([Problem("table", f"There is no table {table[:64]!r}.")])
        pages = self._pages(actor, wanted, brand, parameters)
        first = await anext(pages, None) or ()  # what is refused is refused before the answer begins
        await self._record(actor, wanted, brand, parameters)
        return _parts(HEADS[wanted], first, pages)

    async def rows(self, actor: Actor, table: RiskTable, parameters: Mapping[str, str]) -> AsyncIterator[Row]:
        """Yield the rows of a table, for who may see it; access to customers is recorded.

        Raises:
            Forbidden, Invalid, NotFound: As for `lines`, but no permission to export is needed.
        """
        brand = parameters.get("brand", "")
        require(actor, Permission.RISK_READ, brand)
        if table in {RiskTable.CUSTOMERS, RiskTable.GOODWILL}:
            await self._record(actor, table, brand, parameters, action="risk.look")
        async for page in self._pages(actor, table, brand, parameters):
            for row in page:
                yield row

    def _pages(
        self, actor: Actor, table: RiskTable, brand: str, parameters: Mapping[str, str]
    ) -> AsyncIterator[Iterable[Row]]:
        match table:
            case RiskTable.REWARDS:
                return self._rewards(actor, brand, parameters.get("isoWeek") or None)
            case RiskTable.FUNNEL | RiskTable.PROFIT:
                return self._weeks(actor, brand, table)
            case RiskTable.CUSTOMERS:
                return self._customers(actor, brand, parameters)
            case RiskTable.GOODWILL:
                return self._goodwill(actor, brand, parameters)
            case RiskTable.LIABILITY | RiskTable.FORECAST | RiskTable.BUDGETS:
                return self._whole(actor, table, brand, parameters)

    async def _whole(
        self, actor: Actor, table: RiskTable, brand: str, parameters: Mapping[str, str]
    ) -> AsyncIterator[Iterable[Row]]:
        """Yield a table that has one page."""
        match table:
            case RiskTable.LIABILITY:
                liability = await self.risk.liability(actor, brand)
                yield [reward_row(brand, reward) for reward in liability.rewards]
            case RiskTable.FORECAST:
                yield [forecast_row(brand, forecast) for forecast in await self.risk.forecasts(actor, brand)]
            case _:
                lines = await self.risk.budgets(actor, brand, parameters.get("isoWeek") or None)
                yield [budget_row(line) for line in lines]

    async def _rewards(self, actor: Actor, brand: str, iso_week: str | None) -> AsyncIterator[Iterable[Row]]:
        after = None
        while rewards := await self.risk.rewards(actor, brand, MAX_PAGE_SIZE, after, iso_week):
            yield [reward_row(brand, reward) for reward in rewards]
            after = rewards[-1].key

    async def _weeks(self, actor: Actor, brand: str, table: RiskTable) -> AsyncIterator[Iterable[Row]]:
        before = None
        while weeks := await self.risk.weeks(actor, brand, MAX_PAGE_SIZE, before):
            if table is RiskTable.FUNNEL:
                yield [funnel_row(week) for week in weeks]
            else:
                yield [row for week in weeks for row in profit_rows(week)]
            before = weeks[-1].week.iso_week

    async def _customers(
        self, actor: Actor, brand: str, parameters: Mapping[str, str]
    ) -> AsyncIterator[Iterable[Row]]:
        name, version = parameters.get("figure", "").lower(), parameters.get("version")
        figure = next((known for known in RiskFigure if known.value == name), None)
        if figure is None or (version is not None and not version.isdecimal()):
            raise Invalid([Problem("figure", f"There is no figure {name[:64]!r}, or no such version.")])
        wanted = RowFilter(
            parameters.get("reward"),
            None if version is None else int(version),
            parameters.get("currency") or None,
            parameters.get("source") or None,
        )
        week = parameters.get("isoWeek", "")
        rows = await self.risk.figure_rows(actor, brand, week)
        after, more = "", True
        while more:
            page = await rows.page(figure, wanted, after, MAX_PAGE_SIZE)
            yield [customer_row((brand, week, figure.value), row) for row in page.rows]
            after, more = page.end or "", page.has_next

    async def _goodwill(
        self, actor: Actor, brand: str, parameters: Mapping[str, str]
    ) -> AsyncIterator[Iterable[Row]]:
        names = {"iso_week": "isoWeek", "currency": "currency", "stage": "stage", "kind": "kind"}
        wanted = GoodwillWanted(
            brand, **{name: parameters.get(given) or None for name, given in names.items()}
        )
        after = None
        while found := await self.risk.goodwill(actor, wanted, MAX_PAGE_SIZE, after):
            yield [goodwill_row(brand, given) for given in found]
            after = found[-1].position

    async def _record(
        self,
        actor: Actor,
        table: RiskTable,
        brand: str,
        parameters: Mapping[str, str],
        *,
        action: str = "risk.export",
    ) -> None:
        async with self.risk.database.write() as connection:
            await self.risk.audit.record(
                connection,
                actor,
                action,
                brand=brand,
                subject=f"table:{brand}:{table.value}"[:255],
                before=None,
                after={name: value[:64] for name, value in sorted(parameters.items())},
                reason=None,
            )


async def _parts(
    head: Row, first: Iterable[Row], following: AsyncIterator[Iterable[Row]]
) -> AsyncIterator[str]:
    yield csv_lines([head])
    yield csv_lines(first)
    async for rows in following:
        yield csv_lines(rows)
