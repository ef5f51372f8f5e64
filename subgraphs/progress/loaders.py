"""What the progress resolvers know of their request, and read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from strawberry.dataloader import DataLoader

from storage.database import Database
from subgraphs.kit.domain.keys import ClubKey, Owner
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.reads.dataloaders import loader_by_owner, nothing
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.progress.outcomes import outcomes
from subgraphs.progress.qualifiers import imported
from subgraphs.progress.repository import Contribution, ProgressRepository, Total
from subgraphs.progress.service import ClubProgress
from subgraphs.progress.states import ClubState


class LedgerLoaders:
    """What a bet-slip does not need, batched within one request: single bets, first opt-ins, outcomes."""

    def __init__(self, database: Database, repository: ProgressRepository) -> None:
        self._database = database
        self._repository = repository
        self.recent: DataLoader[tuple[ClubKey, int], list[Contribution]] = DataLoader(self._load_recent)
        self.counted_by: DataLoader[tuple[ClubKey, datetime], int] = DataLoader(self._load_counted_by)
        self.first_opt_in: DataLoader[Owner, datetime | None] = loader_by_owner(
            database, repository.first_opt_ins, nothing
        )
        self.imported: DataLoader[ClubKey, bool] = loader_by_owner(database, imported, bool)
        self.outcome: DataLoader[ClubKey, ClubState | None] = loader_by_owner(database, outcomes, nothing)

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


@dataclass(frozen=True, slots=True)
class ProgressReads:
    """What is read of customers.

    Attributes:
        totals: for all requests together.
    """

    database: Database
    repository: ProgressRepository
    totals: BatchedLookup[ClubKey, Total | None]


class ProgressContext(RequestContext, kw_only=True, eq=False, dict=True):
    """What the progress resolvers know of their request."""

    reads: ProgressReads

    @cached_property
    def ledger(self) -> LedgerLoaders:
        """Reads of single bets; made when they are first asked for, which a bet-slip does not."""
        return LedgerLoaders(self.reads.database, self.reads.repository)

    async def club(self, key: ClubKey, required: Mapping[str, Any]) -> ClubProgress | None:
        """A club's progress; None for a customer who cannot take part.

        Args:
            key: the club.
            required: jurisdiction, currency and ineligibleReason, as the club subgraph gives them.
        """
        rules = self.shared.rules.get_fresh(key.brand, self.identity.now) or await self.rules(key.brand)
        week_scheme = rules.week_scheme(key.iso_week, required["jurisdiction"], required["currency"])
        scheme = week_scheme.scheme
        if scheme is None or required["ineligibleReason"] is not None:
            return None
        total = await self.read(self.reads.totals, key)
        return ClubProgress.of(key, week_scheme.week, scheme, self.locale(rules.brand), total)
