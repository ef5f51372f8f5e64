"""The one place where a fulfilment changes its state: by an event that may follow, told to the others."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.models import OUTBOX
from subgraphs.fulfilment.repository import Attempt, Fulfilment, FulfilmentRepository, opened
from subgraphs.fulfilment.state.outcome_facts import outcome_fact
from subgraphs.fulfilment.state.published_outcome import PublishedOutcome
from subgraphs.fulfilment.state.state_machine import (
    STOPPING,
    FulfilmentEvent,
    FulfilmentState,
    after,
    club_state,
    status,
)
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.records.outbox import Outbox

LOOK_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Opens fulfilments and moves them on, each in the caller's write transaction."""

    repository: FulfilmentRepository = field(default_factory=FulfilmentRepository)
    outbox: Outbox = field(default_factory=lambda: Outbox(OUTBOX))

    async def open(
        self,
        connection: AsyncConnection,
        clubs: Collection[ClubKey],
        ready: Collection[ClubKey],
        now: datetime,
    ) -> list[Fulfilment]:
        """Begins the fulfilments of weeks that were confirmed.

        Args:
            connection: in a write transaction.
            clubs: that have none yet.
            ready: those of which it is known what to pay; the others are looked at from time to time, for
                what is said of them at this very moment cannot be seen from here.
            now: the present.
        """
        new = [opened(club, now, now if club in ready else now + LOOK_AGAIN) for club in sorted(clubs)]
        await self.repository.add(connection, new)
        for one in new:
            await self.outbox.put(connection, outcome_fact(one, now), now)
        return new

    async def move(
        self,
        connection: AsyncConnection,
        one: Fulfilment,
        event: FulfilmentEvent,
        now: datetime,
        **changes: Any,
    ) -> Fulfilment:
        """Lets an event happen to a fulfilment that is held.

        Args:
            connection: in the write transaction that holds it.
            one: as it is stored.
            event: what happens.
            now: the present.
            changes: further attributes that change with it.

        Raises:
            ForbiddenTransition: the event cannot happen in its state.
        """
        state = after(one.state, event)
        moved = replace(one, **{**changes, "state": state, "revision": one.revision + 1, "changed_at": now})
        await self.repository.store(connection, moved)
        if _told(moved) != _told(one):
            await self.outbox.put(connection, outcome_fact(moved, now), now)
        return moved

    async def change(
        self, connection: AsyncConnection, one: Fulfilment, now: datetime, **changes: Any
    ) -> Fulfilment:
        """Changes what is no state: when it is looked at again, who has it, why it waits."""
        changed = replace(one, **{**changes, "revision": one.revision + 1, "changed_at": now})
        await self.repository.store(connection, changed)
        if changed.flag != one.flag:
            await self.outbox.put(connection, outcome_fact(changed, now), now)
        return changed

    async def adopt(
        self, connection: AsyncConnection, one: Fulfilment, published: PublishedOutcome, now: datetime
    ) -> Fulfilment:
        """Take over what was published of a fulfilment before its database was lost or restored.

        Args:
            connection: in the write transaction that holds it.
            one: as it is stored, behind what was published.
            published: what this subgraph told others.
            now: the present.
        """
        adopted = replace(
            one,
            state=published.state,
            revision=max(one.revision, published.revision) + 1,
            provider=published.provider or one.provider,
            reward=published.reward or one.reward,
            sent_at=published.sent_at or one.sent_at or published.occurred_at,
            credited_at=published.credited_at,
            expires_at=published.expires_at,
            reference=published.reference,
            reason=published.reason,
            flag=published.flag or one.flag,
            flagged_at=one.flagged_at or (now if published.flag else None),
            leased_until=None,
            changed_at=now,
        )
        adopted = replace(adopted, next_at=now if _has_something_to_do(adopted) else None)
        await self.repository.store(connection, adopted)
        await self.outbox.put(connection, outcome_fact(adopted, now), now)
        detail = f"{published.state.value} was published at {published.occurred_at.isoformat()}"
        await self.note(connection, one, now, step="recovery", outcome="adopted", detail=detail)
        return adopted

    async def note(
        self,
        connection: AsyncConnection,
        one: Fulfilment,
        now: datetime,
        *,
        step: str,
        outcome: str,
        detail: str | None = None,
    ) -> None:
        """Adds to the record of what was asked and decided."""
        await self.repository.note(connection, Attempt(one.key, now, step, outcome, detail))


def _has_something_to_do(one: Fulfilment) -> bool:
    """Tell whether the worker goes on by itself with a fulfilment that was taken over."""
    if one.state is FulfilmentState.CREDITED:
        return one.provider is not None and one.reward is not None and not one.reward.is_cash
    return one.state is FulfilmentState.FULFILLING or one.state in STOPPING


def _told(one: Fulfilment) -> tuple[object, ...]:
    """What others would see of it."""
    return (club_state(one.state), status(one.state), one.flag, one.reference, one.credited_at)
