"""What the rewards resolvers know of their request, and read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from subgraphs.kit.accounts import ineligible_reason, unknown_account
from subgraphs.kit.batching import Answer
from subgraphs.kit.circumstances import Circumstances
from subgraphs.kit.clock import Clock
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.database import Database
from subgraphs.kit.holding import Held
from subgraphs.kit.owners import ClubKey, Owner
from subgraphs.kit.points import PointReader
from subgraphs.rewards.catalogue import Catalogue
from subgraphs.rewards.menus import Guest, Menus, ReadyMenu
from subgraphs.rewards.options import StoredChoice
from subgraphs.rewards.repository import CatalogueRepository
from subgraphs.rewards.service import Chooser, RewardService

REQUIRED = frozenset({"jurisdiction", "currency", "ineligibleReason"})


@dataclass(frozen=True, slots=True)
class RewardReads:
    """What is read for all requests together.

    Attributes:
        menus: by brand.
    """

    menus: Held[Menus]
    choices: PointReader[ClubKey, StoredChoice | None]
    pending: PointReader[Owner, bool]


@dataclass(frozen=True, slots=True)
class ReadMenus:
    """Reads a brand's catalogue."""

    database: Database
    catalogue: CatalogueRepository
    clock: Clock

    async def __call__(self, brand: str) -> Menus:
        """The menus of a brand; empty ones where it has no rewards."""
        now = self.clock.now()
        async with self.database.home.read() as connection:
            configs = await self.catalogue.configs(connection, [brand])
            editions = await self.catalogue.editions(connection, [brand], now)
        return Menus(Catalogue(configs[brand], editions[brand]))


class RewardsContext(RequestContext):
    """What the rewards resolvers know of their request."""

    def __init__(
        self, visit: Visit, circumstances: Circumstances, reads: RewardReads, service: RewardService
    ) -> None:
        super().__init__(visit, circumstances)
        self.service = service
        self._reads = reads

    def stored_choice(self, key: ClubKey) -> Answer[ClubKey, StoredChoice | None]:
        """The choice of a club; None where none was made."""
        return self.read(self._reads.choices, key)

    def pending(self, owner: Owner) -> Answer[Owner, bool]:
        """Whether a customer has a change under way."""
        return self.read(self._reads.pending, owner)

    async def chooser(self, key: ClubKey, representation: Mapping[str, Any] | None = None) -> Chooser:
        """The customer of a club, judged by what the club subgraph says, else by our own projection.

        Args:
            key: the club.
            representation: an entity's required fields; unless all of `REQUIRED` are there it says nothing.
        """
        rules = await self.rules(key.brand)
        week = rules.week_named(key.iso_week)
        if representation is not None and representation.keys() >= REQUIRED:
            jurisdiction, currency = representation["jurisdiction"], representation["currency"]
            eligible = representation["ineligibleReason"] is None
            scheme = rules.scheme(jurisdiction, currency, week)
        else:
            account = await self.account(key.owner) or unknown_account(rules.brand)
            jurisdiction = account.jurisdiction
            scheme = rules.scheme(jurisdiction, account.currency, week)
            eligible = ineligible_reason(account, rules.brand, has_scheme=scheme is not None) is None
        return Chooser(key, rules, week, scheme, jurisdiction, eligible)

    async def menu(self, chooser: Chooser) -> ReadyMenu | None:
        """What the chooser may choose from; None for a customer who cannot take part."""
        if not chooser.eligible or chooser.scheme is None:
            return None
        brand, held = chooser.rules.brand, self._reads.menus
        menus = held.at_hand(brand.id) or await held.get(brand.id)
        if menus is None:
            return None
        return menus.menu(brand, Guest(chooser.scheme, chooser.jurisdiction, self.locale(brand)), self.now)


@dataclass(frozen=True, slots=True)
class ContextFactory:
    """Makes the context of each request from what all requests share."""

    circumstances: Circumstances
    reads: RewardReads
    service: RewardService

    def __call__(self, visit: Visit) -> RewardsContext:
        """The context of one request."""
        return RewardsContext(visit, self.circumstances, self.reads, self.service)
