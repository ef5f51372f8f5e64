"""Reconciliation with the upstream: compares memberships and choices with its record, round by round."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Final, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from foundation.background import running
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club import recovery as club
from subgraphs.club.comparison import MembershipComparison
from subgraphs.club.membership.repository import BEFORE_FIRST, ComparisonCheckpoint
from subgraphs.club.models import OUTBOX, POSTPONED
from subgraphs.club.models import REFERENCE as CLUB_REFERENCE
from subgraphs.club_kit.comparison import Compared
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.upstream import ClubUpstream
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.loop import Loop, LoopName, by_customer
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.mutations.recovery import WORKER
from subgraphs.kit.mutations.recovery_parts import RecoveryParts
from subgraphs.kit.mutations.upstream import UpstreamClient
from subgraphs.kit.records.leases import Lease
from subgraphs.kit.settings import CompareSettings, UpstreamSettings
from subgraphs.rewards import recovery as rewards
from subgraphs.rewards.comparison import ChoiceComparison
from subgraphs.rewards.models import REFERENCE as REWARDS_REFERENCE

log = structlog.get_logger(__name__)
NAME: Final = "upstream"
COMPARISONS: Final = LoopName(WORKER, "comparisons")
BATCH_SIZE: Final = 20
LEASE: Final = timedelta(minutes=5)
"""Well above the time of one batch of customers in which every call times out."""

IDLE_SECONDS: Final = 20.0
REST_SECONDS: Final = 2.0
AWAY_SECONDS: Final = 1.0


class Difference(NamedTuple):
    """The outcome of comparing one record of a customer; `what` is `membership` or `choice`."""

    owner: Owner
    what: str
    outcome: Compared


@dataclass(frozen=True, slots=True)
class UpstreamReconciliation:
    """Compares one customer after another at a limited pace, and pauses while the upstream cannot be reached.

    Attributes:
        database: The club's database, which holds accounts, lease and round.
    """

    database: Database
    upstream: UpstreamClient
    memberships: MembershipComparison
    choices: ChoiceComparison
    clock: Clock
    settings: CompareSettings
    lease: Lease = field(default_factory=lambda: Lease(OUTBOX.lease, NAME, str(uuid.uuid4())))
    checkpoint: ComparisonCheckpoint = field(default_factory=lambda: ComparisonCheckpoint(NAME))
    accounts: ReferenceRepository = field(default_factory=lambda: ReferenceRepository(CLUB_REFERENCE))

    @classmethod
    def open(
        cls, parts: RecoveryParts, settings: CompareSettings, *, dry: bool = False
    ) -> "UpstreamReconciliation":
        """Build the reconciliation over the subgraphs' services; closing the stack gives up its lease."""
        memberships, choices = club.open_service(parts), rewards.open_service(parts)
        reconciliation = cls(
            memberships.changes.database,
            parts.client(ClubUpstream),
            MembershipComparison(memberships.changes, memberships, dry=dry),
            ChoiceComparison(choices.changes, choices, ReferenceRepository(REWARDS_REFERENCE), dry=dry),
            memberships.changes.clock,
            settings,
        )
        parts.stack.push_async_callback(reconciliation.leave)
        return reconciliation

    async def compare_all(self, brand: str | None = None) -> AsyncIterator[Difference]:
        """Compare all customers, whether or not a round is due.

        Raises:
            SQLAlchemyError: A database cannot be reached.
            OSError: A database cannot be reached.
        """
        after = BEFORE_FIRST
        while customers := await self._after(after, brand):
            for owner, account in customers:
                for difference in await self._compare(owner, account):
                    yield difference
            after = customers[-1][0]

    async def compare_some(self) -> Counter[str] | None:
        """Compare the next customers of a round; return the count of each outcome, None if no round is due.

        Raises:
            SQLAlchemyError: A database cannot be reached; the round continues where it was.
            OSError: The same.
        """
        async with self.database.write() as connection:
            now = await self.clock.machine.at(connection)
            if not await self.lease.hold(connection, now, LEASE):
                return None
            after = await self.checkpoint.resume(
                connection, now, timedelta(minutes=self.settings.every_minutes)
            )
        if after is None:
            return None
        customers = await self._after(after, None)

        async def compare(customer: tuple[Owner, Account]) -> list[Difference]:
            return await self._compare(*customer)

        postponed = PostponedItems(self.database, POSTPONED)
        loop = Loop(name=COMPARISONS, postponed=postponed, clock=self.clock.machine, named=_named)
        differences = chain(*await loop.each(customers, compare))
        async with self.database.write() as connection:
            now = await self.clock.machine.at(connection)
            if await self.lease.hold(connection, now, LEASE):
                if customers:
                    await self.checkpoint.store(connection, customers[-1][0])
                else:
                    await self.checkpoint.finish(connection, now)
        return Counter(f"{difference.what} {difference.outcome.value}" for difference in differences)

    async def leave(self) -> None:
        """Give up the lease, so that another node can continue at once."""
        with suppress(SQLAlchemyError, OSError):
            async with self.database.write() as connection:
                await self.lease.end(connection)

    async def _after(self, after: Owner, brand: str | None) -> list[tuple[Owner, Account]]:
        async with self.database.read() as connection:
            at = await self.clock.at(connection)
            return await self.accounts.accounts_after(connection, after, BATCH_SIZE, at, brand)

    async def _compare(self, owner: Owner, account: Account) -> list[Difference]:
        await self._until_upstream_is_back()
        pause = asyncio.create_task(asyncio.sleep(1 / self.settings.per_second))
        differences = [Difference(owner, "membership", await self.memberships.compare(owner, account))]
        if await self.memberships.is_member(owner):
            differences.append(Difference(owner, "choice", await self.choices.compare(owner, account)))
        await pause
        return differences

    async def _until_upstream_is_back(self) -> None:
        while True:
            if self.upstream.breaker.room(1):
                return
            await asyncio.sleep(AWAY_SECONDS)


def _named(customer: tuple[Owner, Account]) -> str:
    return by_customer(customer[0])


@asynccontextmanager
async def running_reconciliation(
    database: DatabaseSettings,
    upstream: UpstreamSettings,
    clock: Clock,
    settings: CompareSettings | None = None,
    *,
    changed: CustomersChanged | None = None,
) -> AsyncIterator[None]:
    """Compare, round after round, while the block runs."""
    async with running(
        run_reconciliation(database, upstream, clock, settings, changed=changed), "upstream comparison"
    ):
        yield


async def run_reconciliation(
    database: DatabaseSettings,
    upstream: UpstreamSettings,
    clock: Clock,
    settings: CompareSettings | None = None,
    *,
    changed: CustomersChanged | None = None,
) -> None:
    """Compare, round after round, until cancelled, and call `changed` with customers."""
    async with AsyncExitStack() as stack:
        parts = RecoveryParts(stack, database, upstream, clock, changed)
        work = UpstreamReconciliation.open(parts, settings or CompareSettings())
        total: Counter[str] = Counter()
        while True:
            try:
                outcomes = await work.compare_some()
            except (SQLAlchemyError, OSError) as fault:
                log.warning("database_away", error=type(fault).__name__)
                await asyncio.sleep(REST_SECONDS)
                continue
            total += outcomes or Counter()
            if not outcomes:
                if total:
                    log.info("upstream_compared", **{key.replace(" ", "_"): n for key, n in total.items()})
                total.clear()
                await asyncio.sleep(IDLE_SECONDS)
