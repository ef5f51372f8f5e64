"""Applies what became of markets: it is stored, and the bets on them are due."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.bets.messages import ResultTold
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import Clock
from subgraphs.bets.records.results import ResultStore


@dataclass(frozen=True, slots=True)
class ResultReducer:
    """Applies batches of results.

    Attributes:
        clock: The machine's.
    """

    results: ResultStore
    clock: Clock

    async def apply(
        self, connection: AsyncConnection, messages: Sequence[Message[ResultTold | None]]
    ) -> Outcome:
        """Store what is new of results."""
        told = [message.event.result() for message in messages if message.event is not None]
        if not told:
            return Outcome()
        at = await self.clock.at(connection)
        return Outcome(stale=await self.results.put(connection, told, at))
