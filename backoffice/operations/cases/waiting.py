"""Cases of customers that wait for a person: bets that came too late, and rewards that are held back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backoffice.access import Actor, Permission, require
from backoffice.audit.audit_log import AuditLog
from foundation.storage.database import Database
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.fulfilment.models import FULFILMENT, GOODWILL_CREDIT
from subgraphs.fulfilment.repository import FulfilmentRepository
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.review_repository import LateRevision, count_late, late_revisions

ORIGINS: Final[Mapping[str, FulfilmentRepository]] = {
    "week": FulfilmentRepository(FULFILMENT),
    "goodwill": FulfilmentRepository(GOODWILL_CREDIT),
}
"""What rewards are paid for, with the repository of each."""


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many cases of a brand wait for a person."""

    late_bets: int
    held_rewards: int


@dataclass(frozen=True, slots=True)
class LateBet:
    """A bet that came too late, with the currency of its customer's week; None if that is not known."""

    revision: LateRevision
    currency: str | None


@dataclass(frozen=True, slots=True)
class HeldReward:
    """A reward that is held back.

    Attributes:
        origin: `week`, or `goodwill`.
    """

    origin: str
    fulfilment: Fulfilment


@dataclass(frozen=True, slots=True)
class CaseService:
    """Counts and lists cases; the lists name customers, so each access to them is recorded.

    Attributes:
        database: The back office's.
        fulfilment, progress: The subgraphs' databases.
    """

    database: Database
    fulfilment: Database
    progress: Database
    audit: AuditLog

    async def counts(self, actor: Actor, brand: str) -> CaseCounts:
        """Return how many cases of a brand wait.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_CASES, brand)
        async with self.progress.read() as connection:
            late = await count_late(connection, brand)
        async with self.fulfilment.read() as connection:
            held = sum([await origin.count_held(connection, brand) for origin in ORIGINS.values()])
        return CaseCounts(late, held)

    async def late_bets(
        self, actor: Actor, brand: str, first: int, after: tuple[str, str] | None = None
    ) -> Sequence[LateBet]:
        """Return the late bets of a brand that wait, by week and bet; those after one with `after`.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_CASES, brand)
        async with self.progress.read() as connection:
            revisions = await late_revisions(connection, brand=brand, iso_week=None, limit=first, after=after)
            owners = {Owner(brand, revision.customer) for revision in revisions}
            currencies = await ReferenceRepository(REFERENCE).currencies(connection, owners)
        await self._look(actor, brand, "late-bets")
        return [LateBet(revision, currencies.get(Owner(brand, revision.customer))) for revision in revisions]

    async def held_rewards(
        self, actor: Actor, brand: str, first: int, after: tuple[datetime, str] | None = None
    ) -> Sequence[HeldReward]:
        """Return the rewards of a brand that are held back, those unchanged for longest first.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_CASES, brand)
        async with self.fulfilment.read() as connection:
            held = [
                HeldReward(origin, fulfilment)
                for origin, repository in ORIGINS.items()
                for fulfilment in await repository.held(connection, brand, first, after)
            ]
        await self._look(actor, brand, "held-rewards")
        return sorted(held, key=lambda reward: (reward.fulfilment.changed_at, reward.fulfilment.key))[:first]

    async def _look(self, actor: Actor, brand: str, what: str) -> None:
        subject = f"{what}:{brand}"
        await self.audit.record_access(self.database, actor, "operations.look", brand=brand, subject=subject)
