"""The recovery worker: settles changes of club and rewards whose upstream outcome is unknown."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock, ClockDiffers
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.workers.change_services import ChangeServices
from furlong.workers.status import RoundStatus
from subgraphs.club.comparison import MembershipComparison
from subgraphs.club.membership.exclusion import FORCE_OUT
from subgraphs.club.models import OUTBOX
from subgraphs.club.models import REFERENCE as CLUB_REFERENCE
from subgraphs.club_kit.domain.accounts import Account, ineligible_reason
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.mutations.intents import Intent
from subgraphs.kit.mutations.recovery import Recovery, RecoveryLimits, RecoveryRounds, StillAllowed
from subgraphs.kit.records.leases import Lease
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.rewards.comparison import ChoiceComparison
from subgraphs.rewards.models import REFERENCE as REWARDS_REFERENCE

log = structlog.get_logger(__name__)
IDLE_SECONDS: Final = 1.0
MAX_PAUSE_SECONDS: Final = 15.0
REST_SECONDS: Final = 2.0
LEAVING: Final = frozenset({"optOut", FORCE_OUT})
"""The operations that are always allowed."""


@asynccontextmanager
async def running_recovery(
    database: DatabaseSettings,
    upstream: UpstreamSettings,
    clock: Clock,
    *,
    changed: CustomersChanged | None = None,
) -> AsyncIterator[None]:
    """Settle changes in doubt while the block runs."""
    running = asyncio.create_task(
        run_recovery(database, upstream, clock, changed=changed), name="intent recovery"
    )
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def run_recovery(
    database: DatabaseSettings,
    upstream: UpstreamSettings,
    clock: Clock,
    *,
    changed: CustomersChanged | None = None,
    status: RoundStatus | None = None,
) -> None:
    """Settle changes in doubt until cancelled; note it in `status`, call `changed` with their customers."""
    status = status or RoundStatus("intents")
    async with AsyncExitStack() as stack:
        rounds = create_recovery_rounds(stack, database, upstream, clock, changed=changed)
        pause = IDLE_SECONDS
        try:
            while True:
                pause = await _round(rounds, pause, status)
                await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 - jitter, not a secret
        finally:
            with suppress(SQLAlchemyError, OSError):
                await rounds.leave()


async def _round(rounds: RecoveryRounds, pause: float, status: RoundStatus) -> float:
    """Run a round; return the pause after it, which doubles each time nothing could be settled."""
    try:
        made = await rounds.round()
    except ClockDiffers as fault:
        status.trouble = str(fault)
        log.warning("clock_differs", detail=str(fault))
        return REST_SECONDS
    except (SQLAlchemyError, OSError) as fault:
        status.trouble = f"the database does not respond: {type(fault).__name__}"
        log.warning("database_away", error=type(fault).__name__)
        return REST_SECONDS
    status.round_ended(the_upstream=made.in_doubt)
    if made.in_doubt:
        log.warning("changes_in_doubt", settled=made.settled, in_doubt=made.in_doubt)
    if made.settled or not made.in_doubt:
        return IDLE_SECONDS
    return min(pause * 2, MAX_PAUSE_SECONDS)


def create_recovery_rounds(
    stack: AsyncExitStack,
    settings: DatabaseSettings,
    upstream_settings: UpstreamSettings,
    clock: Clock,
    *,
    changed: CustomersChanged | None = None,
) -> RecoveryRounds:
    """Build recovery over all subgraphs that change something upstream; the stack closes its connections."""
    services = ChangeServices.open(stack, settings, upstream_settings, clock, changed=changed)
    recoveries = tuple(create_recoveries(services, upstream_settings).values())
    lease = Lease(OUTBOX.lease, "intents", str(uuid.uuid4()))
    return RecoveryRounds(services.club.changes.database, lease, recoveries, clock)


def create_recoveries(services: ChangeServices, upstream: UpstreamSettings) -> dict[str, Recovery]:
    """Build recovery of each subgraph that changes something upstream, by the name of its database."""
    limits = _limits(upstream)
    in_club, in_rewards = ReferenceRepository(CLUB_REFERENCE), ReferenceRepository(REWARDS_REFERENCE)
    club, rewards = services.club, services.rewards
    memberships = MembershipComparison(club.changes, club)
    choices = ChoiceComparison(rewards.changes, rewards, in_rewards)

    async def follow_membership(intent: Intent) -> None:
        if account := await _account(club.changes.database, in_club, intent.owner):
            await memberships.compare(intent.owner, account)

    async def follow_choice(intent: Intent) -> None:
        if account := await _account(rewards.changes.database, in_rewards, intent.owner):
            await choices.compare(intent.owner, account, intent.facts["iso_week"])

    # A confirmed change must record the same as the mutation would, so both use one service.
    return {
        "club": Recovery(club, _eligible(in_club), follow_membership, limits),
        "rewards": Recovery(rewards, _eligible(in_rewards), follow_choice, limits),
    }


async def _account(database: Database, reference: ReferenceRepository, owner: Owner) -> Account | None:
    async with database.read() as connection:
        return (await reference.accounts(connection, [owner])).get(owner)


def _limits(upstream: UpstreamSettings) -> RecoveryLimits:
    """Leave a change to its own request for twice as long as the request may take."""
    longest = upstream.attempts * (upstream.timeout_seconds + 1.5 * upstream.retry_delay_seconds)
    return RecoveryLimits(undisturbed=timedelta(seconds=2 * longest))


def _eligible(reference: ReferenceRepository) -> StillAllowed:
    """Return a function that tells whether a change may still be sent: excluded customers may only leave."""

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
