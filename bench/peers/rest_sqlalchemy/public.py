"""Data that is the same for all customers: brands, schemes and the catalogue, cached for a few seconds."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from subgraphs.club.models import REFERENCE
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.reads.brand_rules import BrandRules
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.graphql.money import written
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import RewardConfig, RewardContent
from subgraphs.rewards.menu.options import Menu, Option
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT

CATALOGUE = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)


@dataclass(slots=True)
class Offer:
    """The rewards of one scheme, computed and formatted once."""

    menu: Menu
    options: list[dict[str, Any]]


@dataclass(slots=True)
class BrandData:
    """A brand's public data at the time they were read."""

    rules: BrandRules
    configs: tuple[RewardConfig, ...]
    contents: tuple[RewardContent, ...]
    read_at: datetime
    week: Week
    offers: dict[tuple[str, str], Offer] = field(default_factory=dict)

    def offer(self, scheme: Scheme) -> Offer:
        """Return the rewards that customers of a scheme may choose from."""
        key = (scheme.jurisdiction, scheme.currency)
        found = self.offers.get(key)
        if found is None:
            locale = self.rules.brand.default_locale
            menu = Menu(
                self.configs, self.contents, scheme, scheme.jurisdiction, locale, locale, self.read_at
            )
            found = self.offers[key] = Offer(menu, [_option(option, locale) for option in menu.options()])
        return found


async def read_public(club: AsyncEngine, rewards: AsyncEngine, brand: str) -> BrandData:
    """Read a brand's current public data."""
    now = datetime.now(UTC)
    reference = ReferenceRepository(REFERENCE)
    async with club.connect() as connection:
        brands = await reference.brands(connection, [brand])
        schemes = await reference.schemes(connection, [brand])
    async with rewards.connect() as connection:
        configs = await CATALOGUE.configs(connection, [brand])
        contents = await CATALOGUE.published(connection, [brand], now)
    rules = BrandRules(brands[brand], tuple(schemes[brand]))
    return BrandData(rules, tuple(configs[brand]), tuple(contents[brand]), now, rules.week_at(now))


def money(minor: int, currency: str, locale: str) -> dict[str, Any]:
    """Return an amount in the shape of the graph's Money."""
    return {"minor": minor, "currency": currency, "display": written(minor, currency, locale)}


def _option(option: Option, locale: str) -> dict[str, Any]:
    config, content = option.config, option.content
    value = None if config.value_minor is None else money(config.value_minor, config.currency, locale)
    return {
        "id": str(option.id),
        "kind": config.kind.name,
        "product": config.product.name,
        "value": value,
        "spins": config.spins,
        "title": content.title,
        "summary": content.summary,
        "imageUrl": content.image_url,
        "significantTerms": content.significant_terms,
        "termsUrl": content.terms_url,
        "expiresInDays": config.expiry_days,
        "available": option.unavailable is None,
        "unavailableReason": option.unavailable.name if option.unavailable else None,
    }
