"""What the rewards resolvers know of their request, and read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from subgraphs.kit.accounts import ineligible_reason, unknown_account
from subgraphs.kit.batching import Answer
from subgraphs.kit.circumstances import BrandRules, Circumstances
from subgraphs.kit.clock import Clock
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.database import Database
from subgraphs.kit.errors import BadInput
from subgraphs.kit.holding import Held
from subgraphs.kit.owners import ClubKey
from subgraphs.kit.points import PointReader
from subgraphs.kit.schemes import Scheme
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

    menus: Held[Menus]
    wishes: PointReader[ClubKey, Wish]


@dataclass(frozen=True, slots=True)
class ReadMenus:
    """Reads a brand's catalogue, and which of its rewards are spent in the present week.

    Attributes:
        rules: tell the week.
    """

    database: Database
    catalogue: CatalogueRepository
    budgets: BudgetRepository
    rules: Held[BrandRules]
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


class RewardsContext(RequestContext):
    """What the rewards resolvers know of their request."""

    def __init__(
        self, visit: Visit, circumstances: Circumstances, reads: RewardReads, service: RewardService
    ) -> None:
        super().__init__(visit, circumstances)
        self.service = service
        self._reads = reads

    def wish(self, key: ClubKey) -> Answer[ClubKey, Wish]:
        """What is stored of a club's choice."""
        return self.read(self._reads.wishes, key)

    async def chooser(self, key: ClubKey, representation: Mapping[str, Any] | None = None) -> Chooser:
        """The customer of a club, judged by what the club subgraph says, else by our own projection.

        Args:
            key: the club.
            representation: an entity's required fields; unless all of `REQUIRED` are there it says nothing.
        """
        rules = await self.rules(key.brand)
        if representation is not None and representation.keys() >= REQUIRED:
            return _chooser(rules, key, representation)
        week = rules.week_named(key.iso_week)
        account = await self.account(key.owner) or unknown_account(rules.brand)
        scheme = rules.scheme(account.jurisdiction, account.currency, week)
        eligible = ineligible_reason(account, rules.brand, has_scheme=scheme is not None) is None
        return Chooser(key, rules, week, scheme, account.jurisdiction, eligible)

    async def offer(self, key: ClubKey, representation: Mapping[str, Any] | None) -> Offer:
        """What a customer is offered."""
        chooser = await self.chooser(key, representation)
        if not chooser.eligible or chooser.scheme is None:
            return Offer(chooser, None)
        menus = await self._reads.menus.get(key.brand)
        return Offer(chooser, self._menu_of(menus, chooser, chooser.scheme) if menus else None)

    def offer_at_hand(self, key: ClubKey, representation: Mapping[str, Any]) -> Offer | None:
        """The same, where nothing has to be waited for; else None, also where `offer` would fail."""
        rules, menus = self.rules_at_hand(key.brand), self._reads.menus.at_hand(key.brand, self.now)
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
        return menus.menu(brand, Guest(scheme, chooser.jurisdiction, self.locale(brand), spent), self.now)


def _chooser(rules: BrandRules, key: ClubKey, representation: Mapping[str, Any]) -> Chooser:
    """The customer, as the club subgraph says."""
    week = rules.week_named(key.iso_week)
    scheme = rules.scheme(representation["jurisdiction"], representation["currency"], week)
    eligible = representation["ineligibleReason"] is None
    return Chooser(key, rules, week, scheme, representation["jurisdiction"], eligible)


@dataclass(frozen=True, slots=True)
class ContextFactory:
    """Makes the context of each request from what all requests share."""

    circumstances: Circumstances
    reads: RewardReads
    service: RewardService

    def __call__(self, visit: Visit) -> RewardsContext:
        """The context of one request."""
        return RewardsContext(visit, self.circumstances, self.reads, self.service)
