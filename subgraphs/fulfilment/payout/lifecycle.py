"""The only code that changes a fulfilment's state: by an allowed event, published through the outbox."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.fulfilment.models import GOODWILL_CREDIT, OUTBOX
from subgraphs.fulfilment.repository import FulfilmentRepository
from subgraphs.fulfilment.state.fulfilment import Attempt, Fulfilment, new_fulfilment
from subgraphs.fulfilment.state.outcomes import PublishedOutcome, outcome_fact
from subgraphs.fulfilment.state.state_machine import (
    STOPPING,
    FulfilmentEvent,
    FulfilmentState,
    club_state,
    fulfilment_status,
    is_ahead,
    next_state,
)
from subgraphs.kit.records.outbox import Outbox

RECHECK_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Opens fulfilments and moves them from state to state, each in the caller's write transaction.

    Attributes:
        outbox: Where outcomes of weeks are published; None for goodwill credits, which are no week's outcome.
    """

    repository: FulfilmentRepository = field(default_factory=FulfilmentRepository)
    outbox: Outbox | None = field(default_factory=lambda: Outbox(OUTBOX))

    @classmethod
    def of_goodwill(cls) -> "Lifecycle":
        """Return the lifecycle of goodwill credits."""
        return cls(FulfilmentRepository(GOODWILL_CREDIT), outbox=None)

    async def open(
        self,
        connection: AsyncConnection,
        clubs: Collection[ClubKey],
        ready: Collection[ClubKey],
        now: datetime,
        published: Mapping[ClubKey, PublishedOutcome],
    ) -> list[Fulfilment]:
        """Open the fulfilments of weeks that were confirmed.

        Args:
            connection: A connection in a write transaction.
            clubs: The clubs, none of which has a fulfilment yet.
            ready: The clubs whose reward is known. The worker rechecks the others at intervals, because a
                choice in a concurrent transaction is not visible here.
            now: The current time.
            published: What was published before the database was lost: revisions continue after it, and what
                is ahead of a new fulfilment is published again when it is adopted.
        """
        new = [
            new_fulfilment(
                club,
                now,
                now if club in ready else now + RECHECK_AFTER,
                published=published[club].revision if club in published else 0,
            )
            for club in sorted(clubs)
        ]
        await self.repository.add(connection, new)
        for fulfilment in new:
            before = published.get(fulfilment.club)
            if before is None or not is_ahead(before.state, fulfilment.state):
                await self._publish(connection, fulfilment, now)
        return new

    async def transition(
        self,
        connection: AsyncConnection,
        fulfilment: Fulfilment,
        event: FulfilmentEvent,
        now: datetime,
        **changes: Any,
    ) -> Fulfilment:
        """Apply an event to a locked fulfilment.

        Args:
            connection: The connection of the write transaction that has locked it.
            fulfilment: The fulfilment as stored.
            event: The event.
            now: The current time.
            changes: Other attributes that change with the state.

        Raises:
            subgraphs.fulfilment.errors.ForbiddenTransition: The event cannot happen in its state.
        """
        state = next_state(fulfilment.state, event)
        moved = replace(
            fulfilment,
            **{**changes, "state": state, "revision": fulfilment.revision + 1, "changed_at": now},
        )
        await self.repository.store(connection, moved)
        if _public_part(moved) != _public_part(fulfilment):
            await self._publish(connection, moved, now)
        return moved

    async def update(
        self, connection: AsyncConnection, fulfilment: Fulfilment, now: datetime, **changes: Any
    ) -> Fulfilment:
        """Change attributes of a locked fulfilment, but not its state."""
        changed = replace(fulfilment, **{**changes, "revision": fulfilment.revision + 1, "changed_at": now})
        await self.repository.store(connection, changed)
        if changed.flag != fulfilment.flag:
            await self._publish(connection, changed, now)
        return changed

    async def adopt(
        self,
        connection: AsyncConnection,
        fulfilment: Fulfilment,
        published: PublishedOutcome,
        now: datetime,
    ) -> Fulfilment:
        """Take over the published state of a fulfilment from before its database was lost or restored.

        Args:
            connection: In the write transaction that has locked it.
            fulfilment: The fulfilment as it is stored, behind what was published.
            published: What this subgraph published.
            now: The current time.
        """
        adopted = replace(
            fulfilment,
            state=published.state,
            revision=max(fulfilment.revision, published.revision) + 1,
            provider=published.provider or fulfilment.provider,
            reward=published.reward or fulfilment.reward,
            sent_at=published.sent_at or fulfilment.sent_at or published.occurred_at,
            credited_at=published.credited_at,
            expires_at=published.expires_at,
            reference=published.reference,
            reason=published.reason,
            flag=published.flag or fulfilment.flag,
            flagged_at=fulfilment.flagged_at or (now if published.flag else None),
            leased_until=None,
            changed_at=now,
        )
        adopted = replace(adopted, next_at=now if _has_pending_work(adopted) else None)
        await self.repository.store(connection, adopted)
        await self._publish(connection, adopted, now)
        detail = f"{published.state.value} was published at {published.occurred_at.isoformat()}"
        await self.record_attempt(
            connection, fulfilment, now, step="recovery", outcome="adopted", detail=detail
        )
        return adopted

    async def continue_after(
        self, connection: AsyncConnection, fulfilment: Fulfilment, revision: int
    ) -> None:
        """Let the next revision of a locked fulfilment be above one that was published before a loss."""
        await self.repository.store(connection, replace(fulfilment, revision=revision))

    async def publish_again(self, connection: AsyncConnection, fulfilment: Fulfilment, now: datetime) -> None:
        """Publish a locked fulfilment as its next revision: the present one was used for something else."""
        moved = replace(fulfilment, revision=fulfilment.revision + 1, changed_at=now)
        await self.repository.store(connection, moved)
        await self._publish(connection, moved, now)

    async def record_attempt(
        self,
        connection: AsyncConnection,
        fulfilment: Fulfilment,
        now: datetime,
        *,
        step: str,
        outcome: str,
        detail: str | None = None,
    ) -> None:
        """Add to the record of requests to providers and of decisions."""
        await self.repository.record_attempt(connection, Attempt(fulfilment.key, now, step, outcome, detail))

    async def _publish(self, connection: AsyncConnection, fulfilment: Fulfilment, now: datetime) -> None:
        if self.outbox is not None:
            await self.outbox.put(connection, outcome_fact(fulfilment, now), now)


def _has_pending_work(fulfilment: Fulfilment) -> bool:
    """Return whether the worker has something to do about an adopted fulfilment."""
    if fulfilment.state is FulfilmentState.CREDITED:
        reward = fulfilment.reward
        return fulfilment.provider is not None and reward is not None and not reward.is_cash
    return fulfilment.state is FulfilmentState.FULFILLING or fulfilment.state in STOPPING


def _public_part(fulfilment: Fulfilment) -> tuple[object, ...]:
    """Return the part of a fulfilment that is worth publishing when it changes."""
    return (
        club_state(fulfilment.state),
        fulfilment_status(fulfilment.state),
        fulfilment.flag,
        fulfilment.reference,
        fulfilment.credited_at,
    )
