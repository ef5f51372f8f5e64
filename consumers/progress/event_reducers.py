"""Applies what the block of events tells, by which bets are judged whose scheme does not count all events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.progress.event_messages import MarketPlaced, NotKept, OfferNamed
from consumers.stream.topics import Message, Outcome
from subgraphs.progress.known_events import Told
from subgraphs.progress.ledger.event_changes import EventChanges

OfferMessages: TypeAlias = Sequence[Message[OfferNamed | NotKept]]
MarketMessages: TypeAlias = Sequence[Message[MarketPlaced | NotKept]]


@dataclass(frozen=True, slots=True)
class KnownEventReducer:
    """Applies batches; the last message of each key counts."""

    changes: EventChanges

    async def offers(self, connection: AsyncConnection, messages: OfferMessages) -> Outcome:
        """Apply what offers' events are called."""
        return Outcome(stale=len(messages) - await self.changes.offers(connection, _last(messages)))

    async def markets(self, connection: AsyncConnection, messages: MarketMessages) -> Outcome:
        """Apply of which offers markets are."""
        return Outcome(stale=len(messages) - await self.changes.markets(connection, _last(messages)))


def _last(messages: OfferMessages | MarketMessages) -> Told:
    """Return the row of each key as it was told last; None where it is not kept."""
    told: dict[str, dict[str, object] | None] = {}
    for message in messages:
        match message.event:
            case NotKept(key):
                told[key] = None
            case OfferNamed(offer_id=key) | MarketPlaced(market_id=key) as event:
                told[key] = event.row()
    return told
