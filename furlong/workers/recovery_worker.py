"""Keeps settling the changes of all subgraphs that were left in doubt: `furlong worker intents`."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from furlong.workers.change_services import ChangeServices
from storage.clock import Clock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.club.exclusion import FORCE_OUT
from subgraphs.club.models import OUTBOX
from subgraphs.club.models import REFERENCE as CLUB_REFERENCE
from subgraphs.kit.domain.accounts import ineligible_reason
from subgraphs.kit.mutations.intents import Intent
from subgraphs.kit.mutations.recovery import Recovery, RecoveryLimits, StillAllowed
from subgraphs.kit.records.leases import Lease
from subgraphs.kit.records.reference import ReferenceRepository
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.rewards.models import REFERENCE as REWARDS_REFERENCE

log = structlog.get_logger(__name__)
LEASE: Final = timedelta(seconds=60)
"""Well above what settling some changes takes, with every call timing out."""

PACE_SECONDS: Final = 0.05
"""Between one handful of changes and the next: many that wait must not be a flood for the upstream."""

IDLE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 15.0
REST_SECONDS: Final = 2.0
LEAVING: Final = frozenset({"optOut", FORCE_OUT})
"""What nobody is ever kept from."""


@dataclass(frozen=True, slots=True)
class Round:
    """What came of trying all changes in doubt."""

    settled: int = 0
    in_doubt: int = 0


@dataclass(frozen=True, slots=True)
class IntentRecovery:
    """Tries all changes in doubt, as long as nobody else does.

    Attributes:
        database: where the lease is.
        rest: waits between one handful of changes and the next.
    """

    database: Database
    lease: Lease
    recoveries: Sequence[Recovery]
    clock: Clock
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def round(self) -> Round:
        """Tries each change in doubt once, oldest first.

        Raises:
            SQLAlchemyError: a database is away.
            OSError: the same.
        """
        settled = in_doubt = 0
        for recovery in self.recoveries:
            if not await recovery.pending(None, 1):
                continue
            step = None
            while (step is None or step.last) and await self._hold():
                step = await recovery.settle_some(step.last if step else None)
                settled, in_doubt = settled + step.settled, in_doubt + step.in_doubt
                await self.rest(PACE_SECONDS)
        return Round(settled, in_doubt)

    async def leave(self) -> None:
        """Lets another node go on at once."""
        async with self.database.home.write() as connection:
            await self.lease.end(connection)

    async def _hold(self) -> bool:
        async with self.database.home.write() as connection:
            return await self.lease.hold(connection, await self.clock.machine.at(connection), LEASE)


@asynccontextmanager
async def running_recovery(
    database: DatabaseSettings, upstream: UpstreamSettings, clock: Clock
) -> AsyncIterator[None]:
    """Settles changes in doubt while the block lasts."""
    running = asyncio.create_task(run_recovery(database, upstream, clock), name="intent recovery")
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def run_recovery(database: DatabaseSettings, upstream: UpstreamSettings, clock: Clock) -> None:
    """Settles changes in doubt until cancelled."""
    async with AsyncExitStack() as stack:
        recovering = create_intent_recovery(stack, database, upstream, clock)
        pause = IDLE_SECONDS
        try:
            while True:
                pause = await _round(recovering, pause)
                await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 - jitter, not a secret
        finally:
            with suppress(SQLAlchemyError, OSError):
                await recovering.leave()


async def _round(recovering: IntentRecovery, pause: float) -> float:
    """Makes a round, and tells how long to rest after it: longer each time that nothing could be settled."""
    try:
        made = await recovering.round()
    except (SQLAlchemyError, OSError) as fault:
        log.warning("database_away", error=type(fault).__name__)
        return REST_SECONDS
    if made.in_doubt:
        log.warning("changes_in_doubt", settled=made.settled, in_doubt=made.in_doubt)
    if made.settled or not made.in_doubt:
        return IDLE_SECONDS
    return min(pause * 2, LONGEST_PAUSE_SECONDS)


def create_intent_recovery(
    stack: AsyncExitStack, settings: DatabaseSettings, upstream_settings: UpstreamSettings, clock: Clock
) -> IntentRecovery:
    """Recovery over all subgraphs that change something upstream; the stack closes what it holds."""
    services = ChangeServices.open(stack, settings, upstream_settings, clock)
    limits = _limits(upstream_settings)
    in_club, in_rewards = ReferenceRepository(CLUB_REFERENCE), ReferenceRepository(REWARDS_REFERENCE)
    # What a confirmed change records must be the same here as in the mutation: so it is the mutation's own.
    recoveries = (
        Recovery(services.club.changes, services.club.record, _eligible(in_club), limits),
        Recovery(services.rewards.changes, services.rewards.record, _eligible(in_rewards), limits),
    )
    lease = Lease(OUTBOX.lease, "intents", str(uuid.uuid4()))
    return IntentRecovery(services.club.changes.database, lease, recoveries, clock)


def _limits(upstream: UpstreamSettings) -> RecoveryLimits:
    """Leaves a change to its request for twice as long as the request may take."""
    longest = upstream.attempts * (upstream.timeout_seconds + 1.5 * upstream.retry_delay_seconds)
    return RecoveryLimits(undisturbed=timedelta(seconds=2 * longest))


def _eligible(reference: ReferenceRepository) -> StillAllowed:
    """Whether a change may still be asked for: of who was excluded meanwhile, only leaving."""

    async def still_allowed(connection: AsyncConnection, intent: Intent) -> bool:
        if intent.operation in LEAVING:
            return True
        owner = intent.owner
        account = (await reference.accounts(connection, [owner])).get(owner)
        brand = (await reference.brands(connection, [owner.brand])).get(owner.brand)
        if account is None or brand is None:
            return False
        return ineligible_reason(account, brand, currencies={account.currency}) is None

    return still_allowed
