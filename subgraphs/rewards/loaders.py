"""The request context of the rewards resolvers, and what they read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.context import RulesContext
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.club_kit.reads.brand_rules import BrandRules
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.kit.reads.stale_cache import StaleCache
from subgraphs.rewards.budgets import NONE_SPENT, BudgetRepository
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import Catalogue
from subgraphs.rewards.menu.menu_cache import Audience, CachedMenu, MenuCache
from subgraphs.rewards.menu.options import StoredChoice
from subgraphs.rewards.menu.reward_option import RewardOption
from subgraphs.rewards.service import Chooser, RewardService

REQUIRED = frozenset({"jurisdiction", "currency", "ineligibleReason"})
"""What a caller says of a customer; one of the last release says nothing of breaks of products."""


class CustomerChoice(msgspec.Struct, frozen=True, gc=False):
    """The stored data of a customer's choice for a week.

    Attributes:
        choice: None if none was made.
        pending: Whether a change is in progress.
    """

    choice: StoredChoice | None
    pending: bool


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A customer's offer: a menu, or None if the customer cannot take part."""

    chooser: Chooser
    menu: CachedMenu | None

    @property
    def options(self) -> list[RewardOption]:
        """Return what is offered: nothing of a product of which the customer takes a break."""
        menu, on_break = self.menu, self.chooser.on_break
        if menu is None:
            return []
        return menu.offered(on_break) if on_break else menu.options


@dataclass(frozen=True, slots=True)
class RewardReads:
    """Reads that all requests share.

    Attributes:
        menus: Cached by brand.
        choices: Batched by club.
    """

    menus: StaleCache[MenuCache]
    choices: BatchedLookup[ClubKey, CustomerChoice]


@dataclass(frozen=True, slots=True)
class MenuReader:
    """Reads a brand's catalogue, and which of its rewards are spent in the current week.

    Attributes:
        rules: Cached rules of brands, which determine the current week.
    """

    database: Database
    catalogue: CatalogueRepository
    budgets: BudgetRepository
    rules: StaleCache[BrandRules]
    clock: Clock

    async def __call__(self, brand: str) -> MenuCache:
        """Return the menus of a brand; a brand without rewards has empty ones."""
        now, rules = self.clock.now(), await self.rules.get(brand)
        async with self.database.read() as connection:
            configs = await self.catalogue.configs(connection, [brand])
            editions = await self.catalogue.editions(connection, [brand], now)
            spent = (
                await self.budgets.spent(connection, brand, rules.week_at(now).iso) if rules else NONE_SPENT
            )
        return MenuCache(Catalogue(configs[brand], editions[brand]), spent)


class RewardsContext(RulesContext, kw_only=True, eq=False):
    """The request context of the rewards resolvers."""

    reads: RewardReads
    service: RewardService

    async def chooser(self, key: ClubKey, representation: Mapping[str, Any] | None = None) -> Chooser:
        """Return the customer of a club.

        Jurisdiction, currency and eligibility are those of our own read model, unless a gateway in this
        process has them from the club subgraph. A representation from elsewhere can only say that the
        customer may not take part.

        Args:
            key: The club.
            representation: The entity's required fields from the club subgraph; without all of `REQUIRED` it
                is ignored.
        """
        rules = await self.rules(key.brand)
        required = None
        if representation is not None and representation.keys() >= REQUIRED:
            required = representation
            if self.trusts_caller:
                return _chooser(rules, key, required)
        week = rules.week_named(key.iso_week)
        account = await self.account(key.owner, rules.brand)
        eligibility = rules.evaluate(account, week)
        is_eligible = eligibility.ineligible is None
        if required is not None and required["ineligibleReason"] is not None:
            is_eligible = False
        scheme, on_break = eligibility.scheme, account.on_break
        return Chooser(key, rules, week, scheme, account.jurisdiction, is_eligible, on_break)

    async def offer(self, key: ClubKey, representation: Mapping[str, Any] | None) -> Offer:
        """Return what a customer is offered."""
        chooser = await self.chooser(key, representation)
        if not chooser.eligible or chooser.scheme is None:
            return Offer(chooser, None)
        menus = await self.reads.menus.get(key.brand)
        return Offer(chooser, self._menu_of(menus, chooser, chooser.scheme) if menus else None)

    def get_fresh_offer(self, key: ClubKey, representation: Mapping[str, Any]) -> Offer | None:
        """Return the result of `offer` if nothing has to be read; else None, also if `offer` would fail."""
        if not self.trusts_caller:
            return None
        brand, now = key.brand, self.identity.now
        rules, menus = self.shared.rules.get_fresh(brand, now), self.reads.menus.get_fresh(brand, now)
        if rules is None or menus is None or not representation.keys() >= REQUIRED:
            return None
        try:
            chooser = _chooser(rules, key, representation)
        except BadInput:
            return None
        if not chooser.eligible or chooser.scheme is None:
            return Offer(chooser, None)
        return Offer(chooser, self._menu_of(menus, chooser, chooser.scheme))

    def _menu_of(self, menus: MenuCache, chooser: Chooser, scheme: Scheme) -> CachedMenu:
        brand = chooser.rules.brand
        spent = menus.spent.within(chooser.week.iso)
        audience = Audience(scheme, chooser.jurisdiction, self.locale(brand), spent)
        menu = menus.menu(brand, audience, self.identity.now)
        if scheme.trial_reward_id is None:
            return menu
        return menu.of_customer(chooser.key.owner, self.shared.control_groups)


def _chooser(rules: BrandRules, key: ClubKey, representation: Mapping[str, Any]) -> Chooser:
    """Return the customer as the club subgraph describes them."""
    jurisdiction, eligible = representation["jurisdiction"], representation["ineligibleReason"] is None
    week_scheme = rules.week_scheme(key.iso_week, jurisdiction, representation["currency"])
    week, scheme, on_break = week_scheme.week, week_scheme.scheme, representation.get("onBreak", ())
    return Chooser(key, rules, week, scheme, jurisdiction, eligible, on_break)
