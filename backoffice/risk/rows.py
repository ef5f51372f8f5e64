"""The customers behind each figure, by key: a page reads few rows, however rare its customers are.

A list is driven by the index of its stage, and of the reward if one is asked for. Another filter may leave
few of those that were read; then more are read, up to a limit, after which the page is shorter than asked
and says that there is more.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

from backoffice.figures.week_figures import CREDITED, DEFAULT, NONE, SET, STAGES
from backoffice.risk.figures.counting import BrandWeeks, WeekCounter, territory_of
from subgraphs.club import impressions
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.fulfilment.accounting import week_rewards
from subgraphs.fulfilment.accounting.stage_sql import EXPECTED, EXPIRED, OUTSTANDING, OWED, STOPPED, USED
from subgraphs.fulfilment.accounting.week_rewards import RewardRow, WeekCustomers
from subgraphs.fulfilment.models import REFERENCE as FULFILMENT_REFERENCE
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.weeks import participation
from subgraphs.rewards.choices import week_choices
from subgraphs.rewards.choices.week_choices import DefaultReward, Territory

WINDOWS: Final = 5
MAX_WINDOW: Final = 500
"""MariaDB makes a join of a list of a thousand ids, and then no longer looks them up by key."""


class RiskFigure(Enum):
    """A figure whose customers can be listed."""

    SEEN = "seen"
    OPTED_IN = "opted_in"
    QUALIFIED = "qualified"
    CHOSE = "chose"
    TURNOVER = "turnover"
    MEMBER_TURNOVER = "member_turnover"
    CREDITED = "credited"
    EXPECTED = EXPECTED
    OWED = OWED
    OUTSTANDING = OUTSTANDING
    USED = USED
    EXPIRED = EXPIRED
    STOPPED = STOPPED


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One customer in a figure; what the figure does not know is None.

    Attributes:
        at: When it last changed.
        source: As in the figures of rewards.
        value_minor, turnover_minor: In minor units of `currency`.
    """

    customer: str
    at: datetime
    currency: str | None = None
    stage: str | None = None
    source: str | None = None
    reward_id: str | None = None
    config_version: int | None = None
    kind: str | None = None
    value_minor: int | None = None
    spins: int | None = None
    turnover_minor: int | None = None
    counted_bets: int | None = None


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows of a figure are wanted; None for all."""

    reward: str | None = None
    version: int | None = None
    currency: str | None = None
    source: str | None = None

    def fits(self, row: RiskRow) -> bool:
        """Return whether a row is wanted."""
        return (
            self.reward in {None, row.reward_id or ""}
            and self.version in {None, row.config_version or 0}
            and self.currency in {None, row.currency}
            and self.source in {None, row.source}
        )


@dataclass(frozen=True, slots=True)
class Window:
    """Some of a week's customers.

    Attributes:
        rows: Those of them that belong to the figure.
        last: The last customer that was read; None if there are no more.
    """

    rows: Sequence[RiskRow]
    last: str | None


@dataclass(frozen=True, slots=True)
class RowPage:
    """A page of rows; `end` is the customer after whom the next page begins."""

    rows: Sequence[RiskRow]
    end: str | None
    has_next: bool


ReadWindow: TypeAlias = Callable[[str, int], Awaitable[Window]]


async def fill_page(read: ReadWindow, wanted: RowFilter, after: str, first: int) -> RowPage:
    """Read windows until a page is full, there are no more, or enough was read for one request."""
    page: list[RiskRow] = []
    size = first + 1
    for _ in range(WINDOWS):
        window = await read(after, size)
        page += [row for row in window.rows if wanted.fits(row)]
        if len(page) > first:
            return RowPage(page[:first], page[first - 1].customer, has_next=True)
        if window.last is None:
            return RowPage(page, page[-1].customer if page else None, has_next=False)
        after, size = window.last, min(size * 4, MAX_WINDOW)
    return RowPage(page, after, has_next=True)


@dataclass(frozen=True, slots=True)
class FigureRows:
    """Reads the customers behind the figures of one week, for one request: default rewards are read once."""

    counter: WeekCounter
    known: BrandWeeks
    week: Week
    _defaults: dict[Territory, DefaultReward] = field(default_factory=dict)

    async def page(self, figure: RiskFigure, wanted: RowFilter, after: str, first: int) -> RowPage:
        """Return a page of the customers behind a figure."""
        return await fill_page(await self._window(figure, wanted), wanted, after, first)

    async def _window(self, figure: RiskFigure, wanted: RowFilter) -> ReadWindow:
        """Return what reads windows of a figure."""
        match figure:
            case RiskFigure.SEEN:
                return self._impressions
            case RiskFigure.OPTED_IN:
                return self._members
            case RiskFigure.CHOSE:
                return self._choices(wanted.reward)
            case RiskFigure.TURNOVER | RiskFigure.MEMBER_TURNOVER:
                return self._totals(members_only=figure is RiskFigure.MEMBER_TURNOVER)
            case _:
                return self._rewards(figure, await self._listed(figure, wanted.reward))

    @property
    def _brand(self) -> str:
        return self.known.brand.id

    async def _impressions(self, after: str, size: int) -> Window:
        async with self.counter.databases.club.read() as connection:
            seen = await impressions.shown_after(connection, self._brand, self.week.iso, after, size)
        rows = [RiskRow(customer, at) for customer, at in seen]
        return Window(rows, _last([customer for customer, _ in seen], size))

    async def _members(self, after: str, size: int) -> Window:
        async with self.counter.databases.progress.read() as connection:
            names = await participation.ever_members_after(connection, self._brand, after, size)
            if not names:
                return Window((), None)
            members = await participation.members_between(
                connection, self._brand, self.week, (after, names[-1])
            )
        return Window([RiskRow(customer, at) for customer, at in members], _last(names, size))

    def _choices(self, reward: str | None) -> ReadWindow:
        async def read(after: str, size: int) -> Window:
            async with self.counter.databases.rewards.read() as connection:
                choices = await week_choices.choices_after(
                    connection, self._brand, self.week.iso, after, size, reward=reward
                )
            rows = [
                RiskRow(
                    choice.customer,
                    choice.at,
                    currency=choice.currency,
                    source=SET,
                    reward_id=choice.reward_id,
                    config_version=choice.config_version,
                    kind=choice.kind,
                    value_minor=choice.value_minor,
                    spins=choice.spins,
                )
                for choice in choices
            ]
            return Window(rows, _last([choice.customer for choice in choices], size))

        return read

    def _totals(self, *, members_only: bool) -> ReadWindow:
        async def read(after: str, size: int) -> Window:
            async with self.counter.databases.progress.read() as connection:
                totals = await participation.totals_after(connection, self._brand, self.week, after, size)
            rows = [
                RiskRow(
                    total.customer,
                    total.as_of,
                    currency=total.currency or self.known.brand.default_currency,
                    turnover_minor=total.total_minor,
                    counted_bets=total.counted_bets,
                )
                for total in totals
                if total.counted_bets and (total.is_member or not members_only)
            ]
            return Window(rows, _last([total.customer for total in totals], size))

        return read

    async def _listed(self, figure: RiskFigure, reward: str | None) -> WeekCustomers:
        """Return the customers who may belong to a figure of rewards.

        A reward that is the default of a territory, or none, is also that of customers who chose nothing.
        """
        listed = WeekCustomers(self._brand, self.week.iso)
        if reward is not None and await self._is_default(reward):
            reward = None
        match figure:
            case RiskFigure.QUALIFIED:
                if reward is None:
                    return listed.qualified()
                return listed.in_stages(STAGES, reward).chose(reward)
            case RiskFigure.EXPECTED:
                return listed.provisional() if reward is None else listed.chose(reward)
            case RiskFigure.CREDITED:
                return listed.in_stages(CREDITED, reward)
            case RiskFigure.STOPPED if self.week.ends_at <= self.counter.clock.now():
                listed = listed.provisional() if reward is None else listed.chose(reward)
        return listed.in_stages([str(figure.value)], reward)

    async def _is_default(self, reward: str) -> bool:
        async with self.counter.databases.fulfilment.read() as connection:
            reference = ReferenceRepository(FULFILMENT_REFERENCE)
            schemes = (await reference.schemes(connection, [self._brand]))[self._brand]
        homes = {(scheme.jurisdiction, scheme.currency) for scheme in schemes}
        defaults = await self.counter.defaults(self.known.brand, self.week, homes)
        configs = [config for default in defaults.values() for config in (default.config, default.on_trial)]
        return reward in {"", *(config.reward_id for config in configs if config is not None)}

    def _rewards(self, figure: RiskFigure, listed: WeekCustomers) -> ReadWindow:
        async def read(after: str, size: int) -> Window:
            now = self.counter.clock.now()
            async with self.counter.databases.fulfilment.read() as connection:
                names = await listed.after(connection, after, size)
                if not names:
                    return Window((), None)
                rows = await week_rewards.reward_rows(connection, self._brand, self.week.iso, now, names)
            mine = [row for row in rows if _belongs(row, figure)]
            return Window(await self._valued(mine), _last(names, size))

        return read

    async def _valued(self, reward_rows: Sequence[RewardRow]) -> list[RiskRow]:
        """Return rows with the default reward for customers who have chosen nothing."""
        brand = self.known.brand
        homes = {territory_of(row.home, brand) for row in reward_rows if row.home is not None}
        if unknown := homes - self._defaults.keys():
            self._defaults.update(await self.counter.defaults(brand, self.week, unknown))
        rows = []
        for one in reward_rows:
            of_home = self._defaults.get(territory_of(one.home, brand)) if one.home is not None else None
            owner = Owner(brand.id, one.customer)
            default = None if of_home is None else of_home.of_customer(owner, self.counter.groups)
            if one.reward_id is None and default is not None:
                row = RiskRow(
                    one.customer,
                    one.at,
                    currency=default.currency,
                    stage=one.stage,
                    source=DEFAULT,
                    reward_id=default.reward_id,
                    config_version=default.version,
                    kind=default.kind.value,
                    value_minor=default.value_minor,
                    spins=default.spins,
                )
            else:
                row = RiskRow(
                    one.customer,
                    one.at,
                    currency=one.currency,
                    stage=one.stage,
                    source=NONE if one.reward_id is None else SET,
                    reward_id=one.reward_id,
                    config_version=one.config_version,
                    kind=one.kind,
                    value_minor=one.value_minor,
                    spins=one.spins,
                )
            rows.append(row)
        return rows


def _belongs(row: RewardRow, figure: RiskFigure) -> bool:
    match figure:
        case RiskFigure.QUALIFIED:
            return row.status in {"provisional", "confirmed"}
        case RiskFigure.CREDITED:
            return row.stage in CREDITED
        case _:
            return row.stage == str(figure.value)


def _last(names: Sequence[str], size: int) -> str | None:
    return names[-1] if len(names) == size else None
