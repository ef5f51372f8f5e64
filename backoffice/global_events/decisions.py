"""Decides something for all nodes: numbers it and puts its message into the outbox, in one transaction."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.audit.reasons import REASON_CHARACTERS
from backoffice.global_events.repository import DecisionRepository, GlobalDecision
from consumers.messages.global_events.states import State, is_for_all_brands, read_state, state_fields
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import GlobalKind, GlobalOrder


class Decided(NamedTuple):
    """A decision, the one before, and whether they differ: what is in force already gets no new number."""

    decision: GlobalDecision
    before: GlobalDecision | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class GlobalDecisions:
    """Takes decisions. The caller has checked the permission, and records the audit entry."""

    repository: DecisionRepository = field(default_factory=DecisionRepository)

    async def decide(
        self,
        connection: AsyncConnection,
        brand: str,
        state: State,
        *,
        by: str,
        at: datetime,
        reason: str | None = None,
        again: bool = False,
    ) -> Decided:
        """Decide what holds for a subject from now on.

        Args:
            connection: In a write transaction on the back office's database.
            brand: The brand; not used for a provider, which belongs to all brands.
            state: What holds from now on.
            by: The person's name, or the command.
            at: The current product time.
            reason: Why, for the people who read it on the nodes.
            again: Whether a decision that is already in force gets a new number: a node may have departed
                from it by itself.

        Raises:
            Poison: The nodes would refuse the state as a dead letter.
        """
        brand = ALL_BRANDS if is_for_all_brands(state) else brand
        subject, fields = state.subject(brand), state_fields(state)
        read_state(GlobalKind(subject.kind), brand, subject.name, fields)
        sequence = await self.repository.lock_sequence(connection, at)
        before = await self.repository.find(connection, subject.key)
        if before is not None and before.state == fields and not again:
            return Decided(before, before, is_new=False)
        decision = GlobalDecision(
            key=subject.key,
            brand=brand,
            kind=subject.kind,
            subject=subject.name,
            order=GlobalOrder(sequence.order.epoch, sequence.order.number + 1),
            event_id=str(uuid.uuid4()),
            state=fields,
            reason=None if reason is None else reason[:REASON_CHARACTERS],
            decided_at=at,
            decided_by=by[:200],
        )
        await self.repository.store(connection, decision)
        await self.repository.move_sequence(connection, decision.order, sequence.generation)
        await self.repository.send(connection, decision, at)
        return Decided(decision, before, is_new=True)
