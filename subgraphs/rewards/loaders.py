"""Batched reads of the rewards subgraph, made anew for every request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.dataloader import DataLoader

from subgraphs.kit.accounts import ineligible_reason, unknown_account
from subgraphs.kit.circumstances import ReferenceLoaders
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.database import Database
from subgraphs.kit.intents import IntentRepository
from subgraphs.kit.loading import loader_by_owner, loader_of_brands, nothing
from subgraphs.kit.owners import ClubKey, Owner
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.rewards.catalogue import RewardConfig, RewardContent
from subgraphs.rewards.options import Menu, StoredChoice
from subgraphs.rewards.repository import CatalogueRepository, ChoiceRepository
from subgraphs.rewards.service import Chooser, RewardService

REQUIRED = frozenset({"jurisdiction", "currency", "ineligibleReason"})


@dataclass(frozen=True, slots=True)
class Repositories:
    """The SQL that the loaders run."""

    reference: ReferenceRepository
    catalogue: CatalogueRepository
    choices: ChoiceRepository
    intents: IntentRepository


class RewardLoaders:
    """Catalogue by brand, choices by club, pending changes by customer."""

    def __init__(self, database: Database, repositories: Repositories, now: datetime) -> None:
        catalogue = repositories.catalogue

        async def published(
            connection: AsyncConnection, brands: list[str]
        ) -> dict[str, tuple[RewardContent, ...]]:
            return await catalogue.published(connection, brands, now)

        self.configs: DataLoader[str, tuple[RewardConfig, ...]] = loader_of_brands(
            database, catalogue.configs, tuple
        )
        self.contents: DataLoader[str, tuple[RewardContent, ...]] = loader_of_brands(
            database, published, tuple
        )
        self.choices: DataLoader[ClubKey, StoredChoice | None] = loader_by_owner(
            database, repositories.choices.choices, nothing
        )
        self.pending: DataLoader[Owner, bool] = loader_by_owner(database, repositories.intents.pending, bool)

    def forget(self) -> None:
        """Drops what was read, after a mutation has changed it."""
        self.choices.clear_all()
        self.pending.clear_all()


class RewardsContext(RequestContext):
    """What the rewards resolvers know of their request."""

    def __init__(
        self, visit: Visit, reference: ReferenceLoaders, rewards: RewardLoaders, service: RewardService
    ) -> None:
        super().__init__(visit, reference)
        self.rewards = rewards
        self.service = service

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
            account = await self.reference.accounts.load(key.owner) or unknown_account(rules.brand)
            jurisdiction = account.jurisdiction
            scheme = rules.scheme(jurisdiction, account.currency, week)
            eligible = ineligible_reason(account, rules.brand, has_scheme=scheme is not None) is None
        return Chooser(key, rules, week, scheme, jurisdiction, eligible)

    async def menu(self, chooser: Chooser) -> Menu | None:
        """What the chooser may choose from; None for a customer who cannot take part."""
        if not chooser.eligible or chooser.scheme is None:
            return None
        brand = chooser.rules.brand
        return Menu(
            configs=await self.rewards.configs.load(brand.id),
            contents=await self.rewards.contents.load(brand.id),
            scheme=chooser.scheme,
            jurisdiction=chooser.jurisdiction,
            locale=self.locale(brand),
            default_locale=brand.default_locale,
            now=self.now,
        )


class ContextFactory:
    """Makes the context of each request from what all requests share."""

    def __init__(self, database: Database, repositories: Repositories, service: RewardService) -> None:
        self._database = database
        self._repositories = repositories
        self._service = service

    def __call__(self, visit: Visit) -> RewardsContext:
        """The context of one request."""
        return RewardsContext(
            visit,
            ReferenceLoaders(self._database, self._repositories.reference),
            RewardLoaders(self._database, self._repositories, visit.now),
            self._service,
        )
