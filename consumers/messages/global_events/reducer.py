"""Applies global messages to a subgraph: keeps the last of each subject, and hands it to the subgraph."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.global_events.message import GlobalEvent
from consumers.messages.global_events.states import State, kind_of, read_state
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.same_fields import with_fields_of
from subgraphs.kit.records.global_state import GlobalKind, GlobalStateRepository, StoredMessage

log = structlog.get_logger(__name__)
S = TypeVar("S", bound=State)


@dataclass(frozen=True, slots=True)
class Decision(Generic[S]):
    """A state, and how it came to be."""

    brand: str
    state: S
    reason: str | None
    decided_at: datetime


ApplyDecision: TypeAlias = Callable[[AsyncConnection, Any], Awaitable[None]]
"""Applies a Decision to the subgraph's own tables, in the consumer's transaction."""


@dataclass(frozen=True, slots=True)
class GlobalReducer:
    """Applies batches of the global topic. A repetition, a gap or an older message changes nothing.

    Attributes:
        concerns: The kinds that the subgraph has a use for, each with what it does beyond keeping the state;
            None if nothing.
    """

    repository: GlobalStateRepository
    concerns: Mapping[GlobalKind, ApplyDecision | None] = field(default_factory=dict)

    async def apply(self, connection: AsyncConnection, messages: Sequence[Message[GlobalEvent]]) -> Outcome:
        """Apply a batch."""
        last: dict[str, Message[GlobalEvent]] = {}
        for message in messages:
            known = last.get(message.event.key)
            if known is None or message.event.order > known.event.order:
                last[message.event.key] = message
        stored = await self.repository.known(connection, last)
        conflicts: list[Record] = []
        changed: list[StoredMessage] = []
        for message in sorted(last.values(), key=lambda message: message.event.order):
            event = message.event
            order, event_id = stored.get(event.key, (None, None))
            if order is not None and order >= event.order:
                conflicts += (message.record,) if order == event.order and event_id != event.event_id else ()
                continue
            changed.append(self._stored(message))
            if event_id != event.event_id:
                await self._apply(connection, event)
        await self.repository.store(connection, changed)
        return Outcome(stale=len(messages) - len(changed), conflicts=conflicts)

    async def apply_kept(self, connection: AsyncConnection) -> int:
        """Apply the messages that an older version kept because it did not know their kind.

        Returns:
            How many were applied.
        """
        applied = []
        for kept in await self.repository.not_understood(connection):
            kind = kind_of(kept.kind)
            if kind is None:
                continue
            subject = kept.key.removeprefix(f"{kept.brand}:{kept.kind}:")
            try:
                state = read_state(kind, kept.brand, subject, kept.state)
            except Poison as fault:
                log.warning("kept_message_not_applied", key=kept.key, reason=fault.reason)
                continue
            await self._decide(connection, kind, Decision(kept.brand, state, kept.reason, kept.decided_at))
            applied.append(kept.key)
        if applied:
            await self.repository.mark_understood(connection, applied)
        return len(applied)

    async def _apply(self, connection: AsyncConnection, event: GlobalEvent) -> None:
        kind, state = kind_of(event.kind), event.read_state()
        if kind is None or state is None:
            log.warning("global_kind_unknown", kind=event.kind, number=event.number)
            return
        await self._decide(connection, kind, Decision(event.brand_id, state, event.reason, event.decided_at))

    async def _decide(self, connection: AsyncConnection, kind: GlobalKind, decision: Decision[Any]) -> None:
        apply = self.concerns.get(kind)
        if apply is not None:
            await apply(connection, decision)

    def _stored(self, message: Message[GlobalEvent]) -> StoredMessage:
        event = message.event
        kind = kind_of(event.kind)
        kept = kind is None or kind in self.concerns
        return with_fields_of(
            StoredMessage,
            event,
            brand=event.brand_id,
            state=event.state if kept else None,
            understood=kind is not None,
            produced_at=message.record.timestamp,
        )
