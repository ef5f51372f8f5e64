"""Stops a reward that was perhaps sent: the provider is asked never to credit it, and is believed."""

from dataclasses import dataclass, replace

from subgraphs.fulfilment.payout.sender import Step
from subgraphs.fulfilment.payout.unit_of_work import Desk
from subgraphs.fulfilment.providers.provider import PAID, Verdict
from subgraphs.fulfilment.providers.registry import Registered
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.state.state_machine import STOPPING


@dataclass(frozen=True, slots=True)
class Canceller:
    """Cancels rewards of customers who were excluded, or whose qualification was taken back."""

    desk: Desk
    on_step: Step

    async def cancel(self, registered: Registered, leased: Fulfilment) -> None:
        """Asks the provider not to credit a reward. Where it had done so already, that stays, flagged."""
        self.on_step("cancelling")
        answer = await registered.provider.cancel(leased.credit)
        if answer.verdict in {Verdict.ABSENT, Verdict.CONFLICT}:
            # It keeps no note of what it never saw, or the like: what is on its books decides.
            answer = await registered.provider.inquire(leased.credit)
        self.on_step("cancelled")
        async with self.desk.writing(leased) as connection:
            one = await self.desk.held(connection, leased)
            if one is None or one.state not in STOPPING:
                return
            await self.desk.note(connection, one, "cancel", answer)
            match answer.verdict:
                case Verdict.CANCELLED:
                    await self.desk.cancelled(connection, one)
                case verdict if verdict in PAID:
                    await self.desk.credited(connection, registered.config, one, answer)
                case _:
                    tried = replace(one, attempts=one.attempts + 1)
                    await self.desk.again(connection, tried, one.reason or "STOPPED")
