"""Compares memberships and choices with the upstream's record, round by round: `furlong worker intents`."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from furlong.change_services import ChangeServices
from storage.clock import Clock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.club.comparison import MembershipComparison
from subgraphs.club.models import OUTBOX
from subgraphs.club.models import REFERENCE as CLUB_REFERENCE
from subgraphs.club.repository import BEFORE_FIRST, ComparisonCheckpoint
from subgraphs.kit.domain.accounts import Account
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.comparison import Compared
from subgraphs.kit.mutations.upstream import UpstreamClient
from subgraphs.kit.records.leases import Lease
from subgraphs.kit.records.reference import ReferenceRepository
from subgraphs.kit.settings import CompareSettings, UpstreamSettings
from subgraphs.rewards.comparison import ChoiceComparison
from subgraphs.rewards.models import REFERENCE as REWARDS_REFERENCE

log = structlog.get_logger(__name__)
NAME: Final = "upstream"
AT_ONCE: Final = 20
LEASE: Final = timedelta(minutes=5)
"""Well above what so many customers take, with every call timing out."""

IDLE_SECONDS: Final = 20.0
REST_SECONDS: Final = 2.0
AWAY_SECONDS: Final = 1.0


class Difference(NamedTuple):
    """What came of comparing one of a customer's records, `membership` or `choice`."""

    owner: Owner
    what: str
    came: Compared


@dataclass(frozen=True, slots=True)
class Comparing:
    """Compares customer by customer, no faster than so many a second, and not while the upstream is away.

    Attributes:
        database: the club's, where accounts, lease and round are.
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
        cls,
        stack: AsyncExitStack,
        services: ChangeServices,
        settings: CompareSettings,
        *,
        dry: bool = False,
    ) -> "Comparing":
        """Over the subgraphs' services; it leaves its lease when the stack is closed."""
        changes = services.club.changes
        comparing = cls(
            changes.database,
            services.upstream,
            MembershipComparison(changes, services.club, dry=dry),
            ChoiceComparison(
                services.rewards.changes, services.rewards, ReferenceRepository(REWARDS_REFERENCE), dry=dry
            ),
            changes.clock,
            settings,
        )
        stack.push_async_callback(comparing.leave)
        return comparing

    async def everybody(self, brand: str | None = None) -> AsyncIterator[Difference]:
        """Compares all customers, whatever round is due.

        Raises:
            SQLAlchemyError: a database is away.
            OSError: the same.
        """
        after = BEFORE_FIRST
        while customers := await self._after(after, brand):
            for owner, account in customers:
                for difference in await self._compare(owner, account):
                    yield difference
            after = customers[-1][0]

    async def some(self) -> Counter[str] | None:
        """Compares the next customers of a round; tells what came of it, None while none is due.

        Raises:
            SQLAlchemyError: a database is away; the round goes on where it was.
            OSError: the same.
        """
        async with self.database.home.write() as connection:
            now = await self.clock.machine.at(connection)
            if not await self.lease.hold(connection, now, LEASE):
                return None
            after = await self.checkpoint.resume(
                connection, now, timedelta(minutes=self.settings.every_minutes)
            )
        if after is None:
            return None
        customers = await self._after(after, None)
        came = [one for owner, account in customers for one in await self._compare(owner, account)]
        async with self.database.home.write() as connection:
            now = await self.clock.machine.at(connection)
            if await self.lease.hold(connection, now, LEASE):
                if customers:
                    await self.checkpoint.store(connection, customers[-1][0])
                else:
                    await self.checkpoint.finish(connection, now)
        return Counter(f"{one.what} {one.came.value}" for one in came)

    async def leave(self) -> None:
        """Lets another node go on at once."""
        with suppress(SQLAlchemyError, OSError):
            async with self.database.home.write() as connection:
                await self.lease.end(connection)

    async def _after(self, after: Owner, brand: str | None) -> list[tuple[Owner, Account]]:
        async with self.database.home.read() as connection:
            return await self.accounts.accounts_after(connection, after, AT_ONCE, brand)

    async def _compare(self, owner: Owner, account: Account) -> list[Difference]:
        await self._until_there()
        pause = asyncio.create_task(asyncio.sleep(1 / self.settings.per_second))
        found = [Difference(owner, "membership", await self.memberships.compare(owner, account))]
        if await self.memberships.is_member(owner):
            found.append(Difference(owner, "choice", await self.choices.compare(owner, account)))
        await pause
        return found

    async def _until_there(self) -> None:
        while True:
            if self.upstream.breaker.room(1):
                return
            await asyncio.sleep(AWAY_SECONDS)


@asynccontextmanager
async def comparing(
    database: DatabaseSettings,
    upstream: UpstreamSettings,
    clock: Clock,
    settings: CompareSettings | None = None,
) -> AsyncIterator[None]:
    """Compares while the block lasts."""
    running = asyncio.create_task(
        compare_rounds(database, upstream, clock, settings), name="upstream comparison"
    )
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def compare_rounds(
    database: DatabaseSettings,
    upstream: UpstreamSettings,
    clock: Clock,
    settings: CompareSettings | None = None,
) -> None:
    """Compares round after round until cancelled."""
    async with AsyncExitStack() as stack:
        services = ChangeServices.open(stack, database, upstream, clock)
        work = Comparing.open(stack, services, settings or CompareSettings())
        total: Counter[str] = Counter()
        while True:
            try:
                some = await work.some()
            except (SQLAlchemyError, OSError) as fault:
                log.warning("database_away", error=type(fault).__name__)
                await asyncio.sleep(REST_SECONDS)
                continue
            total += some or Counter()
            if not some:
                if total:
                    log.info("upstream_compared", **{key.replace(" ", "_"): n for key, n in total.items()})
                total.clear()
                await asyncio.sleep(IDLE_SECONDS)
