"""What the rewards resolvers know of their request, and read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from storage.clock import Clock
from storage.database import Database
from subgraphs.kit.domain.accounts import unknown_account
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.domain.schemes import Scheme
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.reads.brand_rules import BrandRules
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.kit.reads.stale_cache import StaleCache
from subgraphs.rewards.budgets import NONE_SPENT, BudgetRepository
from subgraphs.rewards.catalogue import Catalogue
from subgraphs.rewards.menus import Guest, Menus, ReadyMenu
from subgraphs.rewards.options import StoredChoice
from subgraphs.rewards.repository import CatalogueRepository
from subgraphs.rewards.service import Chooser, RewardService

REQUIRED = frozenset({"jurisdiction", "currency", "ineligibleReason"})


class Wish(msgspec.Struct, frozen=True, gc=False):
    """What is stored of a customer's choice for a week.

    Attributes:
        choice: None where none was made.
        pending: whether a change is under way.
    """

    choice: StoredChoice | None
    pending: bool


class Offer(msgspec.Struct, frozen=True, gc=False):
    """What a customer is offered: a menu, or None for one who cannot take part."""

    chooser: Chooser
    menu: ReadyMenu | None


@dataclass(frozen=True, slots=True)
class RewardReads:
    """What is read for all requests together.

    Attributes:
        menus: by brand.
        wishes: by club.
    """

    menus: StaleCache[Menus]
    wishes: BatchedLookup[ClubKey, Wish]


@dataclass(frozen=True, slots=True)
class ReadMenus:
    """Reads a brand's catalogue, and which of its rewards are spent in the present week.

    Attributes:
        rules: tell the week.
    """

    database: Database
    catalogue: CatalogueRepository
    budgets: BudgetRepository
    rules: StaleCache[BrandRules]
    clock: Clock

    async def __call__(self, brand: str) -> Menus:
        """The menus of a brand; empty ones where it has no rewards."""
        now, rules = self.clock.now(), await self.rules.get(brand)
        async with self.database.home.read() as connection:
            configs = await self.catalogue.configs(connection, [brand])
            editions = await self.catalogue.editions(connection, [brand], now)
            spent = (
                await self.budgets.spent(connection, brand, rules.week_at(now).iso) if rules else NONE_SPENT
            )
        return Menus(Catalogue(configs[brand], editions[brand]), spent)


class RewardsContext(RequestContext, kw_only=True, eq=False):
    """What the rewards resolvers know of their request."""

    reads: RewardReads
    service: RewardService

    async def chooser(self, key: ClubKey, representation: Mapping[str, Any] | None = None) -> Chooser:
        """The customer of a club, eligibility by what the club subgraph says, else by our own projection.

        Args:
            key: the club.
            representation: an entity's required fields; unless all of `REQUIRED` are there it says nothing.
        """
        rules = await self.rules(key.brand)
        if representation is not None and representation.keys() >= REQUIRED:
            return _chooser(rules, key, representation)
        week = rules.week_named(key.iso_week)
        account = await self.account(key.owner) or unknown_account(rules.brand)
        eligibility = rules.evaluate(account, week)
        return Chooser(
            key, rules, week, eligibility.scheme, account.jurisdiction, eligibility.ineligible is None
        )

    async def offer(self, key: ClubKey, representation: Mapping[str, Any] | None) -> Offer:
        """What a customer is offered."""
        chooser = await self.chooser(key, representation)
        if not chooser.eligible or chooser.scheme is None:
            return Offer(chooser, None)
        menus = await self.reads.menus.get(key.brand)
        return Offer(chooser, self._menu_of(menus, chooser, chooser.scheme) if menus else None)

    def offer_at_hand(self, key: ClubKey, representation: Mapping[str, Any]) -> Offer | None:
        """The same, where nothing has to be waited for; else None, also where `offer` would fail."""
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

    def _menu_of(self, menus: Menus, chooser: Chooser, scheme: Scheme) -> ReadyMenu:
        brand = chooser.rules.brand
        spent = menus.spent.within(chooser.week.iso)
        guest = Guest(scheme, chooser.jurisdiction, self.locale(brand), spent)
        return menus.menu(brand, guest, self.identity.now)


def _chooser(rules: BrandRules, key: ClubKey, representation: Mapping[str, Any]) -> Chooser:
    """The customer, as the club subgraph says."""
    jurisdiction, eligible = representation["jurisdiction"], representation["ineligibleReason"] is None
    week_scheme = rules.week_scheme(key.iso_week, jurisdiction, representation["currency"])
    return Chooser(key, rules, week_scheme.week, week_scheme.scheme, jurisdiction, eligible)
