"""Stops a reward that may have been sent: asks the provider never to credit it, and records the answer."""

from dataclasses import dataclass, replace

from subgraphs.fulfilment.payout.steps.sender import StepObserver
from subgraphs.fulfilment.payout.unit_of_work import UnitOfWork
from subgraphs.fulfilment.providers.provider import PAID_OUTCOMES, CreditOutcome
from subgraphs.fulfilment.providers.registry import RegisteredProvider
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.reasons import STOPPED
from subgraphs.fulfilment.state.state_machine import STOPPING


@dataclass(frozen=True, slots=True)
class Canceller:
    """Cancels rewards of customers who were excluded, or whose qualification was revoked."""

    uow: UnitOfWork
    on_step: StepObserver

    async def cancel(self, registered: RegisteredProvider, leased: Fulfilment) -> None:
        """Ask the provider not to credit a reward. If it has already done so, the credit stays, flagged."""
        self.on_step("cancelling")
        result = await registered.provider.cancel(leased.credit)
        if result.outcome in {CreditOutcome.ABSENT, CreditOutcome.CONFLICT}:
            # A provider may not remember cancelled keys that it never credited: its books decide.
            result = await registered.provider.inquire(leased.credit)
        self.on_step("cancelled")
        async with self.uow.database.write() as connection:
            fulfilment = await self.uow.lock(connection, leased)
            if fulfilment is None or fulfilment.state not in STOPPING:
                return
            await self.uow.record_attempt(connection, fulfilment, "cancel", result)
            match result.outcome:
                case CreditOutcome.CANCELLED:
                    await self.uow.mark_cancelled(connection, fulfilment)
                case outcome if outcome in PAID_OUTCOMES:
                    await self.uow.mark_credited(connection, registered.config, fulfilment, result)
                case _:
                    tried = replace(fulfilment, attempts=fulfilment.attempts + 1)
                    await self.uow.retry_later(connection, tried, fulfilment.reason or STOPPED)
