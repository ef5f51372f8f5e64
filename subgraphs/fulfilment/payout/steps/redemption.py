"""Learns that a credited reward was used or has expired, by polling the provider or from its callbacks."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from subgraphs.fulfilment.payout.unit_of_work import UnitOfWork
from subgraphs.fulfilment.providers.provider import CreditOutcome
from subgraphs.fulfilment.providers.registry import RegisteredProvider
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.state_machine import FulfilmentState

ENDED = {CreditOutcome.USED: FulfilmentState.USED, CreditOutcome.EXPIRED: FulfilmentState.EXPIRED}


class CallbackResult(Enum):
    """The result of a provider's callback."""

    APPLIED = "applied"
    DUPLICATE = "applied before"
    TOO_EARLY = "not credited yet: send it again later"
    CONTRADICTION = "the reward had ended in another way"
    UNKNOWN_KEY = "no such key"


@dataclass(frozen=True, slots=True)
class RedemptionTracker:
    """Follows rewards after their credit."""

    uow: UnitOfWork

    async def poll(self, registered: RegisteredProvider, leased: Fulfilment) -> None:
        """Ask whether a reward has ended; if it has not, it is polled again later."""
        result = await registered.provider.inquire(leased.credit)
        async with self.uow.database.write() as connection:
            fulfilment = await self.uow.lock(connection, leased)
            if fulfilment is None or fulfilment.state is not FulfilmentState.CREDITED:
                return
            if result.outcome in ENDED:
                await self.uow.mark_ended(connection, fulfilment, result.outcome, result.ended_at)
                return
            now = await self.uow.clock.at(connection)
            next_poll = self.uow.backoff.next_poll(registered.config, fulfilment.expires_at, now)
            await self.uow.release(connection, fulfilment, next_poll, fulfilment.reason)

    async def receive(self, provider: str, key: str, outcome: CreditOutcome, at: datetime) -> CallbackResult:
        """Apply a provider's callback about a key; repeating it changes nothing."""
        async with self.uow.database.write() as connection:
            uow, fulfilment = await self.uow.owning(connection, key)
            if fulfilment is None or fulfilment.provider != provider:
                return CallbackResult.UNKNOWN_KEY
            if fulfilment.state is ENDED[outcome]:
                return CallbackResult.DUPLICATE
            if fulfilment.state in ENDED.values():
                return CallbackResult.CONTRADICTION
            if fulfilment.state is not FulfilmentState.CREDITED:
                return CallbackResult.TOO_EARLY
            await uow.mark_ended(connection, fulfilment, outcome, at)
            return CallbackResult.APPLIED
