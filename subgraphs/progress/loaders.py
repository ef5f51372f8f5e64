"""Batched reads of the progress subgraph, made anew for every request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from strawberry.dataloader import DataLoader

from subgraphs.kit.circumstances import ReferenceLoaders
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.database import Database
from subgraphs.kit.loading import loader_by_owner, nothing
from subgraphs.kit.owners import ClubKey
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.progress.repository import Contribution, ProgressRepository, Total
from subgraphs.progress.service import ClubProgress


class ProgressLoaders:
    """Totals, newest contributions, and totals at an earlier moment, by club."""

    def __init__(self, database: Database, repository: ProgressRepository) -> None:
        self._database = database
        self._repository = repository
        self.totals: DataLoader[ClubKey, Total | None] = loader_by_owner(database, repository.totals, nothing)
        self.recent: DataLoader[tuple[ClubKey, int], list[Contribution]] = DataLoader(self._load_recent)
        self.counted_by: DataLoader[tuple[ClubKey, datetime], int] = DataLoader(self._load_counted_by)

    async def _load_recent(self, asked: list[tuple[ClubKey, int]]) -> list[list[Contribution]]:
        most = max(first for _, first in asked)
        found: dict[ClubKey, list[Contribution]] = {}
        for shard, group in self._database.by_shard({key for key, _ in asked}, lambda key: key.owner):
            async with shard.read() as connection:
                found |= await self._repository.recent(connection, group, most)
        return [found.get(key, [])[:first] for key, first in asked]

    async def _load_counted_by(self, asked: list[tuple[ClubKey, datetime]]) -> list[int]:
        found: dict[tuple[ClubKey, datetime], int] = {}
        while waiting := [each for each in asked if each not in found]:
            moments = dict(waiting)  # one of each key: hardly ever is there another
            for shard, group in self._database.by_shard(moments, lambda key: key.owner):
                async with shard.read() as connection:
                    sums = await self._repository.counted_by(connection, {key: moments[key] for key in group})
                found |= {(key, moments[key]): sums.get(key, 0) for key in group}
        return [found[each] for each in asked]


class ProgressContext(RequestContext):
    """What the progress resolvers know of their request."""

    def __init__(self, visit: Visit, reference: ReferenceLoaders, progress: ProgressLoaders) -> None:
        super().__init__(visit, reference)
        self.progress = progress

    async def club(self, key: ClubKey, required: Mapping[str, Any]) -> ClubProgress | None:
        """A club's progress; None for a customer who cannot take part.

        Args:
            key: the club.
            required: jurisdiction, currency and ineligibleReason, as the club subgraph gives them.
        """
        rules = await self.rules(key.brand)
        week = rules.week_named(key.iso_week)
        scheme = rules.scheme(required["jurisdiction"], required["currency"], week)
        if scheme is None or required["ineligibleReason"] is not None:
            return None
        total = await self.progress.totals.load(key)
        return ClubProgress(key, week, scheme, total, self.locale(rules.brand))


class ContextFactory:
    """Makes the context of each request from what all requests share."""

    def __init__(
        self, database: Database, reference: ReferenceRepository, repository: ProgressRepository
    ) -> None:
        self._database = database
        self._reference = reference
        self._repository = repository

    def __call__(self, visit: Visit) -> ProgressContext:
        """The context of one request."""
        return ProgressContext(
            visit,
            ReferenceLoaders(self._database, self._reference),
            ProgressLoaders(self._database, self._repository),
        )
