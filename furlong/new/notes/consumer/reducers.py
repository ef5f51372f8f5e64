"""Applies notes: the newest revision of each stays, in whatever order they come."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.accounts import without_erased
from consumers.stream.topics import Message, Outcome
from furlong.new.notes.consumer.messages import NoteWritten
from furlong.new.notes.repository import store_newest
from subgraphs.kit.records.erasure import Erasure


@dataclass(frozen=True, slots=True)
class NoteReducer:
    """Applies batches of notes, except those of customers who have been erased since."""

    erasure: Erasure

    async def apply(self, connection: AsyncConnection, messages: Sequence[Message[NoteWritten]]) -> Outcome:
        """Apply a batch."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("written_at"))
        stored = await store_newest(connection, [message.event.row() for message in kept])
        return Outcome(stale=len(messages) - stored)
