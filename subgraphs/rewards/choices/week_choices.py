"""The choices of a week: what customers were offered, what they chose, and who chose nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.schemes import Brand, Scheme
from subgraphs.club_kit.reads.brand_rules import BrandRules, brand_rules
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.intents import PENDING
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import RewardConfig
from subgraphs.rewards.choices.choice_fact import due_reward
from subgraphs.rewards.menu.options import Menu
from subgraphs.rewards.models import INTENT, REFERENCE, REWARD_CHOICE, REWARD_CONFIG, REWARD_CONTENT, TAKEN

Territory: TypeAlias = tuple[str, str]
"""A jurisdiction and a currency."""


@dataclass(frozen=True, slots=True)
class DefaultReward:
    """The reward of a territory's customers who choose nothing; None if none can be paid.

    Attributes:
        trial: The scheme, if it has a trial; its customers get `on_trial` if they are drawn.
    """

    config: RewardConfig | None = None
    on_trial: RewardConfig | None = None
    trial: Scheme | None = None

    @classmethod
    def of(cls, menu: Menu | None) -> "DefaultReward":
        """Return the default reward of a menu; None is the menu of a territory that is not served."""
        if menu is None:
            return cls()
        others, drawn = (due_reward(offered, stored=None).config for offered in (menu, menu.for_trial))
        return cls(others, drawn, None if menu.scheme.trial_reward_id is None else menu.scheme)

    def of_customer(self, owner: Owner, groups: ControlGroups) -> RewardConfig | None:
        """Return the reward of a customer of the territory."""
        is_drawn = self.trial is not None and groups.on_trial(owner, self.trial)
        return self.on_trial if is_drawn else self.config


@dataclass(frozen=True, slots=True)
class WeekMenus:
    """Reads the menus of weeks."""

    catalogue: CatalogueRepository = field(
        default_factory=lambda: CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
    )
    reference: ReferenceRepository = field(default_factory=lambda: ReferenceRepository(REFERENCE))

    async def menu(
        self, connection: AsyncConnection, brand: Brand, territory: Territory, iso_week: str, at: datetime
    ) -> Menu | None:
        """Return the menu that was offered when the choice locked, or is offered until then.

        In a trial, it is that of customers who are not drawn. The law is always that of `at`: a reward that
        may no longer be given is not offered, even if it was lawful then. None if the club does not serve the
        territory.
        """
        rules = await brand_rules(connection, self.reference, brand)
        return await self._menu(connection, rules, territory, iso_week, at)

    async def defaults(
        self,
        connection: AsyncConnection,
        brand: Brand,
        territories: Iterable[Territory],
        iso_week: str,
        at: datetime,
    ) -> dict[Territory, DefaultReward]:
        """Return the reward of customers who choose nothing, by territory."""
        rules = await brand_rules(connection, self.reference, brand)
        menus = {
            territory: await self._menu(connection, rules, territory, iso_week, at)
            for territory in sorted(set(territories))
        }
        return {territory: DefaultReward.of(menu) for territory, menu in menus.items()}

    async def _menu(
        self,
        connection: AsyncConnection,
        rules: BrandRules,
        territory: Territory,
        iso_week: str,
        at: datetime,
    ) -> Menu | None:
        brand, week = rules.brand, rules.week_named(iso_week)
        jurisdiction, currency = territory
        scheme = rules.scheme(jurisdiction, currency, week)
        if scheme is None:
            return None
        return Menu(
            configs=(await self.catalogue.configs(connection, [brand.id]))[brand.id],
            contents=(await self.catalogue.published(connection, [brand.id], at))[brand.id],
            scheme=scheme,
            jurisdiction=jurisdiction,
            locale=brand.default_locale,
            default_locale=brand.default_locale,
            now=min(at, scheme.locks_at(week)),
            given_at=at,
        )


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One customer's choice, with the terms of the chosen version; None if the version is not known."""

    customer: str
    reward_id: str
    config_version: int
    kind: str | None
    value_minor: int | None
    spins: int | None
    currency: str | None
    at: datetime


async def chosen(connection: AsyncConnection, brand: str, iso_week: str) -> dict[str, int]:
    """Return how many customers have chosen each reward for a week: one row for each reward is read."""
    c = TAKEN.c
    rows = await connection.execute(
        select(c.reward_id, c.taken).where(c.brand_id == brand, c.iso_week == iso_week)
    )
    return {reward_id: taken for reward_id, taken in rows if taken}


async def in_doubt(connection: AsyncConnection, brand: str, iso_week: str) -> dict[str, int]:
    """Return how many changes to each reward wait for the upstream's answer: they reserve its budget."""
    c = INTENT.c
    wanted = c.request[("body", "reward_id")].as_string().label("wanted")
    mine = (c.status == PENDING, c.brand_id == brand)
    of_week = c.request[("facts", "iso_week")].as_string() == iso_week
    pending = select(wanted).where(*mine, of_week, wanted.is_not(None)).subquery()
    rows = await connection.execute(select(pending.c.wanted, func.count()).group_by(pending.c.wanted))
    return {str(reward_id): int(number) for reward_id, number in rows}


async def choices_after(
    connection: AsyncConnection,
    brand: str,
    iso_week: str,
    after: str,
    limit: int,
    *,
    reward: str | None = None,
) -> Sequence[ChoiceRow]:
    """Return the choices of customers after the given one, by customer; of one reward, or of any."""
    c, config = REWARD_CHOICE.c, REWARD_CONFIG.c
    same = and_(
        config.brand_id == c.brand_id,
        config.reward_id == c.reward_id,
        config.config_version == c.config_version,
    )
    terms = (config.kind, config.value_minor, config.spins, config.currency)
    query = (
        select(c.customer_id, c.reward_id, c.config_version, *terms, c.chosen_at)
        .select_from(REWARD_CHOICE.outerjoin(REWARD_CONFIG, same))
        .where(c.brand_id == brand, c.iso_week == iso_week, c.customer_id > after)
        .order_by(c.customer_id)
        .limit(limit)
    )
    if reward is not None:
        query = query.where(c.reward_id == reward)
    return [ChoiceRow(*row) for row in await connection.execute(query)]
