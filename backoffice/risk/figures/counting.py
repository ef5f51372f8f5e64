"""Counts the figures of a week from the tables of the subgraphs; it reads no bets."""

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from backoffice.figures.week_figures import (
    DEFAULT,
    NONE,
    SET,
    MoneyFigure,
    RewardFigure,
    WeekFigures,
    sum_money,
    sum_rewards,
)
from backoffice.subgraph_databases import SubgraphDatabases
from foundation.storage.clock import Clock
from subgraphs.club import impressions
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.fulfilment.accounting import week_rewards
from subgraphs.fulfilment.accounting.week_rewards import Home, RewardLine
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.weeks import participation
from subgraphs.rewards.catalogue.rewards import RewardConfig
from subgraphs.rewards.choices import week_choices
from subgraphs.rewards.choices.week_choices import DefaultReward, Territory, WeekMenus
from subgraphs.rewards.models import REFERENCE as REWARDS_REFERENCE

CUSTOMERS_PER_BATCH: Final = 500
NO_DEFAULT: Final = DefaultReward()


@dataclass(frozen=True, slots=True)
class BrandWeeks:
    """A brand, and its weeks that have opened, the newest first."""

    brand: Brand
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True)
class WeekCounter:
    """Counts weeks; it only reads.

    Attributes:
        clock: Product time.
        groups: Draws customers for trials, who get another reward if they choose nothing.
    """

    databases: SubgraphDatabases
    clock: Clock
    groups: ControlGroups
    menus: WeekMenus = field(default_factory=WeekMenus)

    async def brands(self) -> list[str]:
        """Return the ids of all brands."""
        async with self.databases.progress.read() as connection:
            return await ReferenceRepository(REFERENCE).brand_ids(connection)

    async def weeks(self, brand: str) -> BrandWeeks | None:
        """Return the weeks of a brand up to the current one; None if there is no such brand."""
        reference = ReferenceRepository(REFERENCE)
        async with self.databases.progress.read() as connection:
            found = (await reference.brands(connection, [brand])).get(brand)
            if found is None:
                return None
            opened = (await reference.opened_weeks(connection, [brand]))[brand]
        calendar = opened.calendar(found.time_zone)
        present = calendar.week_at(self.clock.now())
        weeks = [calendar.week_named(name) for name in opened.names | {present.iso}]
        ordered = sorted(weeks, key=lambda week: week.starts_at, reverse=True)
        return BrandWeeks(found, tuple(week for week in ordered if week.starts_at <= present.starts_at))

    async def count(self, brand: Brand, week: Week) -> WeekFigures:
        """Count a week."""
        begun, now = time.monotonic(), self.clock.now()
        async with self.databases.club.read() as connection:
            seen = await impressions.count(connection, brand.id, week.iso)
        async with self.databases.progress.read() as connection:
            closed = await participation.is_closed(connection, brand.id, week.iso)
            opted_in = await participation.count_members(connection, brand.id, week)
            turnover = await participation.turnover(connection, brand.id, week)
        async with self.databases.fulfilment.read() as connection:
            qualified = await week_rewards.qualified(connection, brand.id, week.iso)
            lines = await week_rewards.reward_lines(connection, brand.id, week.iso, now)
        async with self.databases.rewards.read() as connection:
            chosen = await week_choices.chosen(connection, brand.id, week.iso)
            in_doubt = await week_choices.in_doubt(connection, brand.id, week.iso)
        return WeekFigures(
            brand=brand.id,
            week=week,
            closed=closed,
            seen=seen or None,
            opted_in=opted_in,
            qualified=qualified,
            chose=sum(chosen.values()),
            in_doubt=sum(in_doubt.values()),
            rewards=await self._rewards(brand, week, lines),
            money=_money(turnover, brand),
            currencies=brand.currencies,
            as_of=now,
            seconds=time.monotonic() - begun,
        )

    async def rewards(self, brand: Brand, week: Week) -> tuple[RewardFigure, ...]:
        """Count the rewards of a week by stage; whoever has chosen nothing counts with the default reward."""
        async with self.databases.fulfilment.read() as connection:
            lines = await week_rewards.reward_lines(connection, brand.id, week.iso, self.clock.now())
        return await self._rewards(brand, week, lines)

    async def _rewards(
        self, brand: Brand, week: Week, lines: Sequence[RewardLine]
    ) -> tuple[RewardFigure, ...]:
        homes = {territory_of(line.home, brand) for line in lines if line.home is not None}
        defaults = await self.defaults(brand, week, homes)
        figures = [
            _figure(line, default.config)
            for line in lines
            if not (default := _default_of(line.home, brand, defaults)).trial
        ]
        if any(default.trial for default in defaults.values()):
            figures += await self._drawn_figures(brand, week, defaults)
        return sum_rewards(figures)

    async def _drawn_figures(
        self, brand: Brand, week: Week, defaults: Mapping[Territory, DefaultReward]
    ) -> list[RewardFigure]:
        """Return the figures of customers who have chosen nothing and are on either side of a trial."""
        found, now, after = Counter[tuple[str, str, RewardConfig | None]](), self.clock.now(), ""
        async with self.databases.fulfilment.read() as connection:
            while names := await week_rewards.qualified_after(
                connection, brand.id, week.iso, after, CUSTOMERS_PER_BATCH
            ):
                after = names[-1]
                for row in await week_rewards.reward_rows(connection, brand.id, week.iso, now, names):
                    default = _default_of(row.home, brand, defaults)
                    if default.trial and row.stage is not None:
                        reward = default.of_customer(Owner(brand.id, row.customer), self.groups)
                        found[row.stage, row.currency, reward] += 1
        return [
            _figure(RewardLine(stage, None, None, None, currency, None, customers, 0, 0, 0), reward)
            for (stage, currency, reward), customers in found.items()
        ]

    async def defaults(
        self, brand: Brand, week: Week, territories: Collection[Territory]
    ) -> Mapping[Territory, DefaultReward]:
        """Return the reward of customers who choose nothing, by territory."""
        if not territories:
            return {}
        async with self.databases.rewards.read() as connection:
            known = await ReferenceRepository(REWARDS_REFERENCE).brands(connection, [brand.id])
            if brand.id not in known:
                return {}
            at = self.clock.now()
            return await self.menus.defaults(connection, brand, territories, week.iso, at)


def territory_of(home: Home, brand: Brand) -> Territory:
    """Return a customer's territory; unknown customers have the brand's default one."""
    return home.jurisdiction or brand.default_jurisdiction, home.currency or brand.default_currency


def _default_of(
    home: Home | None, brand: Brand, defaults: Mapping[Territory, DefaultReward]
) -> DefaultReward:
    """Return the default reward that counts for a line; none for one whose reward is known."""
    return NO_DEFAULT if home is None else defaults.get(territory_of(home, brand), NO_DEFAULT)


def _figure(line: RewardLine, default: RewardConfig | None) -> RewardFigure:
    if line.reward_id is not None:
        return RewardFigure(
            line.stage,
            SET,
            line.reward_id,
            line.config_version or 0,
            line.kind,
            line.currency,
            line.customers,
            line.value_minor,
            line.spins,
            line.unvalued,
        )
    if default is None:
        return RewardFigure(line.stage, NONE, "", 0, None, line.currency, line.customers, 0, 0, 0)
    number = line.customers
    return RewardFigure(
        line.stage,
        DEFAULT,
        default.reward_id,
        default.version,
        default.kind.value,
        default.currency,
        number,
        number * (default.value_minor or 0),
        number * (default.spins or 0),
        number if default.value_minor is None else 0,
    )


def _money(turnover: Collection[participation.Turnover], brand: Brand) -> tuple[MoneyFigure, ...]:
    return sum_money(
        MoneyFigure(
            line.currency or brand.default_currency,
            line.customers,
            line.counted_bets,
            line.turnover_minor,
            line.member_turnover_minor,
        )
        for line in turnover
    )
