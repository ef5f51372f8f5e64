"""Reads the stored figures, for the screens and for commands; a page never reads all customers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from backoffice.access import Actor, Permission, brands_with, require
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Invalid, NotFound, Problem
from backoffice.figures import repository
from backoffice.figures.cell_figures import CellAge, cell_ages
from backoffice.figures.repository import StoredReward, StoredWeek
from backoffice.figures.week_figures import (
    CREDITED,
    DEFAULT,
    DUE,
    MoneyFigure,
    RewardFigure,
)
from backoffice.global_events.repository import DecisionRepository
from backoffice.risk.budgets.use import BudgetLine, used_by_cells, week_lines, week_uses, with_decisions
from backoffice.risk.figures.collector import FigureCollector
from backoffice.risk.figures.counting import BrandWeeks, WeekCounter
from backoffice.risk.figures.forecast import (
    Amount,
    Curve,
    Forecast,
    Tested,
    backtest,
    curves,
    elapsed_hours,
    forecast,
)
from backoffice.risk.rows import FigureRows, RiskFigure, RowFilter, RowPage
from foundation.storage.database import Database
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.fulfilment.accounting.stage_sql import EXPECTED, OWED, RewardCounts
from subgraphs.fulfilment.goodwill import (
    GoodwillGiven,
    GoodwillPosition,
    GoodwillRepository,
    GoodwillWanted,
)
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import GlobalKind
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetRepository
from subgraphs.rewards.choices import week_choices

FORECAST_WEEKS: Final = 24
"""How many recorded weeks are read: enough to test the method on eight of them."""

MAX_UNTOLD: Final = 200
"""How many of the newest decisions about budgets precede the node's table, which is told of them later."""


@dataclass(frozen=True, slots=True)
class LiabilityNow:
    """What a brand owes.

    Attributes:
        as_of: The oldest count among the weeks that may still change; None before the first.
        in_doubt: Changes of choice whose outcome is not known yet, in the weeks that may still change.
        cells: When each cell counted its part, the oldest first; empty without cells.
    """

    as_of: datetime | None
    rewards: Sequence[StoredReward]
    in_doubt: int
    cells: Sequence[CellAge]


@dataclass(frozen=True, slots=True)
class WeekSummary:
    """A week with its money and its rewards."""

    week: StoredWeek
    money: Sequence[MoneyFigure]
    rewards: Sequence[RewardFigure]


@dataclass(frozen=True, slots=True)
class CurrencyForecast:
    """The forecast of the current week's rewards in one currency.

    Attributes:
        now: What is expected now.
        tested: What the same method would have forecast, at the same hour, for weeks that are over.
        hours: What was expected at the end of each hour that was recorded, by hour.
        before: The same of the week before; empty if that was not recorded.
    """

    currency: str
    week: Week
    as_of: datetime
    elapsed: float
    now: Amount
    forecast: Forecast
    tested: Sequence[Tested]
    hours: Mapping[int, Amount]
    before: Mapping[int, Amount]


@dataclass(frozen=True, slots=True)
class RiskService:
    """Reads figures; each read checks the permission for the brand.

    Attributes:
        database: The back office's.
        collector: Counts weeks at once; None with cells, each of which counts its own.
    """

    database: Database
    counter: WeekCounter
    collector: FigureCollector | None
    audit: AuditLog

    async def brands(self, actor: Actor) -> list[Brand]:
        """Return the brands whose figures the actor may see.

        Raises:
            Forbidden: There is none, because no role permits it.
        """
        mine = brands_with(actor, Permission.RISK_READ)
        if not mine:
            require(actor, Permission.RISK_READ, None)
        counted = [await self.counter.weeks(brand) for brand in await self.counter.brands()]
        return [weeks.brand for weeks in counted if weeks and (ALL_BRANDS in mine or weeks.brand.id in mine)]

    async def liability(self, actor: Actor, brand: str) -> LiabilityNow:
        """Return what may still have to be paid.

        Raises:
            Forbidden: The actor may not see the brand's figures.
            NotFound: There is no such brand.
        """
        require(actor, Permission.RISK_READ, brand)
        await self._known(brand)
        async with self.database.read() as connection:
            rewards = await repository.liable(connection, brand)
            as_of = await repository.oldest_count(connection, brand)
            in_doubt = await repository.in_doubt(connection, brand)
            ages = await cell_ages(connection, brand)
        return LiabilityNow(as_of, rewards, in_doubt, ages)

    async def weeks(
        self, actor: Actor, brand: str, first: int, before: str | None = None
    ) -> list[WeekSummary]:
        """Return weeks with their funnel, money and rewards, the newest first.

        Raises:
            Forbidden: The actor may not see the brand's figures.
            NotFound: There is no such brand.
        """
        require(actor, Permission.RISK_READ, brand)
        await self._known(brand)
        async with self.database.read() as connection:
            stored = await repository.weeks(connection, brand, first, before)
            names = [week.iso_week for week in stored]
            money = await repository.money(connection, brand, names)
            rewards = await repository.rewards_of(connection, brand, names)
        return [
            WeekSummary(week, money.get(week.iso_week, ()), rewards.get(week.iso_week, ())) for week in stored
        ]

    async def rewards(
        self,
        actor: Actor,
        brand: str,
        first: int,
        after: Sequence[Any] | None = None,
        iso_week: str | None = None,
    ) -> list[StoredReward]:
        """Return the figures of rewards, of one week or of all, the newest first.

        Raises:
            Forbidden: The actor may not see the brand's figures.
            NotFound: There is no such brand.
        """
        require(actor, Permission.RISK_READ, brand)
        await self._known(brand)
        async with self.database.read() as connection:
            return await repository.rewards_page(connection, brand, first, after, iso_week)

    async def forecasts(self, actor: Actor, brand: str) -> list[CurrencyForecast]:
        """Return the forecast of the current week, by currency; empty if nothing was counted yet.

        Raises:
            Forbidden: The actor may not see the brand's figures.
            NotFound: There is no such brand.
        """
        require(actor, Permission.RISK_READ, brand)
        await self._known(brand)
        async with self.database.read() as connection:
            stored = await repository.weeks(connection, brand, FORECAST_WEEKS)
            names = [week.iso_week for week in stored]
            points = await repository.curve(connection, brand, names)
            rewards = await repository.rewards_of(connection, brand, names[:1])
        now = self.counter.clock.now()
        if not stored or not stored[0].starts_at <= now < stored[0].ends_at:
            return []
        present = stored[0]
        week = Week(present.iso_week, present.starts_at, present.ends_at)
        elapsed = elapsed_hours(week, present.as_of)
        over = {week.iso_week for week in stored if week.closed}
        every = curves(points)
        recorded = {
            currency: [curve for curve in found if curve.iso_week in over]
            for currency, found in every.items()
        }
        amounts = _due(rewards.get(present.iso_week, ()))
        return [
            CurrencyForecast(
                currency,
                week,
                present.as_of,
                elapsed,
                amounts.get(currency, Amount(0, 0)),
                forecast(amounts.get(currency, Amount(0, 0)), elapsed, found),
                backtest(elapsed, found),
                _hours(every[currency], names[0]),
                _hours(every[currency], names[1]) if len(names) > 1 else {},
            )
            for currency, found in sorted(recorded.items())
        ]

    async def budgets(self, actor: Actor, brand: str, iso_week: str | None = None) -> list[BudgetLine]:
        """Return the budgets of a week, by default of the current one, as soon as decided, by reward.

        Raises:
            Forbidden: The actor may not see the brand's figures.
            NotFound: There is no such brand.
            Invalid: The brand has no such week.
        """
        require(actor, Permission.RISK_READ, brand)
        known = await self._known(brand)
        name = known.weeks[0].iso if iso_week is None else iso_week
        async with self.counter.databases.rewards.read() as connection:
            stored = await BudgetRepository().budgets(connection, [brand])
            taken = await BudgetRepository().taken(connection, brand, name)
            reserved = await week_choices.in_doubt(connection, brand, name)
        async with self.database.read() as connection:
            figures = (await repository.rewards_of(connection, brand, [name])).get(name, [])
            decisions = await DecisionRepository().page(
                connection, first=MAX_UNTOLD, brands=[brand], kinds=[GlobalKind.BUDGET.value]
            )
            if self.collector is None:
                taken, reserved = await used_by_cells(connection, brand, name), {}
        budgets = with_decisions(stored, decisions)
        own = frozenset(key.reward_id for key in budgets if key.iso_week == name != EVERY_WEEK)
        return week_lines(
            brand,
            name,
            uses=week_uses(brand, name, budgets, taken),
            standings=_standings(brand, name, figures),
            reserved=reserved,
            own=own,
        )

    async def customers(
        self,
        actor: Actor,
        brand: str,
        iso_week: str,
        *,
        figure: RiskFigure,
        wanted: RowFilter,
        first: int,
        after: str = "",
    ) -> RowPage:
        """Return a page of the customers behind a figure. They are named, so the access is recorded.

        Raises:
            Forbidden: The actor may not see the brand's figures.
            NotFound: There is no such brand.
            Invalid: The brand has had no such week.
        """
        rows = await self.figure_rows(actor, brand, iso_week)
        page = await rows.page(figure, wanted, after, first)
        await self.record_access(actor, brand, f"figure:{brand}:{iso_week}:{figure.value}")
        return page

    async def goodwill(
        self, actor: Actor, wanted: GoodwillWanted, first: int, after: GoodwillPosition | None = None
    ) -> list[GoodwillGiven]:
        """Return goodwill credits of a brand, the newest week first; the caller records the look.

        Raises:
            Forbidden: The actor may not see the brand's figures.
            NotFound: There is no such brand.
        """
        require(actor, Permission.RISK_READ, wanted.brand)
        await self._known(wanted.brand)
        async with self.counter.databases.fulfilment.read() as connection:
            return await GoodwillRepository().given(connection, wanted, after, first)

    async def record_access(self, actor: Actor, brand: str, subject: str) -> None:
        """Record a look at customers."""
        await self.audit.record_access(self.database, actor, "risk.look", brand=brand, subject=subject)

    async def figure_rows(self, actor: Actor, brand: str, iso_week: str) -> FigureRows:
        """Return what reads the customers behind a week's figures; the caller records the look.

        Raises:
            Forbidden, NotFound, Invalid: As for `customers`.
        """
        require(actor, Permission.RISK_READ, brand)
        known = await self._known(brand)
        return FigureRows(self.counter, known, _week(known, iso_week))

    async def _known(self, brand: str) -> BrandWeeks:
        known = await self.counter.weeks(brand)
        if known is None:
            raise NotFound(f"There is no brand {brand[:64]!r}.")
        return known


def _week(known: BrandWeeks, iso_week: str) -> Week:
    for week in known.weeks:
        if week.iso == iso_week:
            return week
    raise Invalid([Problem("isoWeek", f"{known.brand.id} has had no week {iso_week[:16]!r}.")])


def _hours(past: Iterable[Curve], iso_week: str) -> Mapping[int, Amount]:
    """Return the recorded hours of a week; none if it was not recorded."""
    return next((curve.hours for curve in past if curve.iso_week == iso_week), {})


def _due(figures: Iterable[RewardFigure]) -> dict[str, Amount]:
    amounts: dict[str, Amount] = {}
    for figure in figures:
        if figure.stage in DUE:
            same = amounts.get(figure.currency, Amount(0, 0))
            amounts[figure.currency] = Amount(
                same.rewards + figure.customers, same.value_minor + figure.value_minor
            )
    return amounts


def _standings(brand: str, iso_week: str, figures: Iterable[RewardFigure]) -> Mapping[str, RewardCounts]:
    """Return for how many customers each reward is expected, owed or credited; no default is expected."""
    numbers: dict[str, list[int]] = {}
    stages = {EXPECTED: 0, OWED: 1, **dict.fromkeys(CREDITED, 2)}
    for figure in figures:
        if figure.stage in stages and figure.source != DEFAULT and figure.reward_id:
            numbers.setdefault(figure.reward_id, [0, 0, 0])[stages[figure.stage]] += figure.customers
    return {reward: RewardCounts(brand, iso_week, reward, *counts) for reward, counts in numbers.items()}
