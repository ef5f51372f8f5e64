"""What customers of a territory were offered in a week, and the reward of those who choose nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.domain.schemes import Brand
from subgraphs.kit.reads.brand_rules import BrandRules, brand_rules
from subgraphs.kit.records.reference import ReferenceRepository
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import RewardConfig
from subgraphs.rewards.choices.choice_fact import due_reward
from subgraphs.rewards.menu.options import Menu
from subgraphs.rewards.models import REFERENCE, REWARD_CONFIG, REWARD_CONTENT

Territory: TypeAlias = tuple[str, str]
"""A jurisdiction and a currency."""


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

        The law is always that of `at`: a reward that may no longer be given is not offered, even if it was
        lawful then. None if the club does not serve the territory.
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
    ) -> dict[Territory, RewardConfig | None]:
        """Return the reward of customers who choose nothing, by territory; None if none can be paid."""
        rules = await brand_rules(connection, self.reference, brand)
        return {
            territory: due_reward(
                await self._menu(connection, rules, territory, iso_week, at), stored=None
            ).config
            for territory in sorted(set(territories))
        }

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
