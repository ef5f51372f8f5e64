"""The recovery worker: settles changes of all blocks whose outcome is unknown."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from foundation.background import running
from foundation.storage.clock import Clock, ClockDiffers
from foundation.storage.settings import DatabaseSettings
from furlong.workers.status import RoundStatus
from subgraphs.block_list import BLOCKS
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.mutations.recovery import Recovery, RecoveryRounds
from subgraphs.kit.mutations.recovery_parts import RecoveryParts
from subgraphs.kit.records.leases import Lease
from subgraphs.kit.settings import UpstreamSettings

log = structlog.get_logger(__name__)
IDLE_SECONDS: Final = 1.0
MAX_PAUSE_SECONDS: Final = 15.0
REST_SECONDS: Final = 2.0


@asynccontextmanager
async def running_recovery(
    database: DatabaseSettings,
    upstream: UpstreamSettings,
    clock: Clock,
    *,
    changed: CustomersChanged | None = None,
) -> AsyncIterator[None]:
    """Settle changes in doubt while the block runs."""
    async with running(run_recovery(database, upstream, clock, changed=changed), "intent recovery"):
        yield


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
        rounds = create_recovery_rounds(RecoveryParts(stack, database, upstream, clock, changed))
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
    status.round_ended(the_upstream=made.in_doubt, postponed=made.postponed, failing=made.failing)
    if made.in_doubt:
        log.warning("changes_in_doubt", settled=made.settled, in_doubt=made.in_doubt)
    if made.settled or not made.in_doubt:
        return IDLE_SECONDS
    return min(pause * 2, MAX_PAUSE_SECONDS)


def create_recovery_rounds(parts: RecoveryParts) -> RecoveryRounds:
    """Build recovery over all blocks whose customers change something elsewhere."""
    recoveries = create_recoveries(parts)
    first = next(block for block in BLOCKS if block.has_intents)
    lease = Lease(first.outbox.lease, "intents", str(uuid.uuid4()))
    database = recoveries[first.name].changes.database
    return RecoveryRounds(database, lease, tuple(recoveries.values()), parts.clock)


def create_recoveries(parts: RecoveryParts) -> dict[str, Recovery]:
    """Build recovery of each block whose customers change something elsewhere, by its name."""
    return {block.name: block.create_recovery(parts) for block in BLOCKS if block.has_intents}
