"""Pays a reward: records that it is sent, sends it, and records the result. A crash at any point is harmless.

    leased ─▶ begun ─▶ sending ─▶ answered ─▶ settling ─▶ settled

"Sent" is recorded before the provider is called. A worker that finds it recorded asks the provider first. All
attempts use one key, and only the worker with the newest lease writes.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.payout.unit_of_work import UnitOfWork
from subgraphs.fulfilment.providers.provider import PAID_OUTCOMES, CreditOutcome, CreditResult
from subgraphs.fulfilment.providers.registry import RegisteredProvider
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.reasons import KEY_WINDOW_PASSED
from subgraphs.fulfilment.state.state_machine import POSSIBLY_SENT, UNSENT, FulfilmentState

log = structlog.get_logger(__name__)
SETTLING_ATTEMPTS, SETTLING_PAUSE_SECONDS = 4, 0.1
StepObserver = Callable[[str], None]
"""Called with the name of each step when it is reached."""


def ignore_step(_step: str) -> None:
    """Do nothing: the default observer."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends rewards whose provider is known."""

    uow: UnitOfWork
    on_step: StepObserver

    async def begin(self, registered: RegisteredProvider, leased: Sequence[Fulfilment]) -> list[Fulfilment]:
        """Record in one transaction that rewards are being sent.

        Returns:
            The rewards to send now, as they were before.
        """
        async with self.uow.database.write() as connection:
            payable = await self.uow.lock_payable(connection, leased)
            unsent = [fulfilment for fulfilment in payable if fulfilment.state in UNSENT]
            diverted = await self.uow.divert_possibly_sent(connection, unsent, registered.config)
            begun = [
                fulfilment
                for fulfilment in payable
                if fulfilment.key not in diverted and await self.uow.mark_sent(connection, fulfilment)
            ]
        self.on_step("begun")
        return begun

    async def finish(self, registered: RegisteredProvider, begun: Fulfilment) -> None:
        """Send a reward, or ask the provider about it, and record the result."""
        result = await self._send(registered, begun)
        self.on_step("answered")
        await self._settle_with_retries(registered, begun, result)
        self.on_step("settled")

    async def _send(self, registered: RegisteredProvider, begun: Fulfilment) -> CreditResult:
        if begun.sent_at is not None:
            self.on_step("inquiring")
            result = await registered.provider.inquire(begun.credit)
            if result.outcome is not CreditOutcome.ABSENT:
                return result
            if await self._now() - begun.sent_at >= timedelta(hours=registered.config.key_hours):
                # The provider may have forgotten the key, so sending again could credit the reward twice.
                return CreditResult(CreditOutcome.REFUSED, code=KEY_WINDOW_PASSED)
        if not await self._lease_covers_call(registered, begun):
            return CreditResult(CreditOutcome.UNKNOWN, code="LEASE_TOO_SHORT")
        self.on_step("sending")
        return await registered.provider.credit(begun.credit)

    async def _settle_with_retries(
        self, registered: RegisteredProvider, begun: Fulfilment, result: CreditResult
    ) -> None:
        """Record the result; retry if another transaction was in the way.

        This is safe even if an earlier commit succeeded unnoticed: a settled reward is not settled twice.
        """
        for attempt in range(1, SETTLING_ATTEMPTS):
            try:
                await self._settle(registered, begun, result)
            except DBAPIError as fault:
                log.warning("reward_settled_again", key=begun.key, fault=repr(fault.orig))
                await asyncio.sleep(SETTLING_PAUSE_SECONDS * attempt)
            else:
                return
        await self._settle(registered, begun, result)

    async def _settle(self, registered: RegisteredProvider, begun: Fulfilment, result: CreditResult) -> None:
        """Record the result, unless another worker has taken over meanwhile."""
        async with self.uow.database.write() as connection:
            fulfilment = await self.uow.lock(connection, begun)
            if fulfilment is None:
                return
            await self.uow.record_attempt(connection, fulfilment, "credit", result)
            if fulfilment.state in POSSIBLY_SENT:
                await self._apply(connection, registered, fulfilment, result)
            self.on_step("settling")

    async def _apply(
        self,
        connection: AsyncConnection,
        registered: RegisteredProvider,
        fulfilment: Fulfilment,
        result: CreditResult,
    ) -> None:
        uow, name = self.uow, registered.config.name
        code = result.code or result.outcome.name
        match result.outcome:
            case outcome if outcome in PAID_OUTCOMES:
                await uow.mark_credited(connection, registered.config, fulfilment, result)
            case _ if fulfilment.state is not FulfilmentState.FULFILLING:
                # It is being stopped: the worker cancels it next.
                await uow.release(connection, fulfilment, await uow.clock.at(connection), fulfilment.reason)
            case CreditOutcome.MISMATCH:
                await uow.send_to_review(connection, fulfilment, code)
                await uow.provider_holds.stop(connection, name, code)
            case CreditOutcome.DENIED:
                await uow.retry_later(connection, fulfilment, code)
                await uow.provider_holds.stop(connection, name, f"credentials refused: {code}")
            case CreditOutcome.REFUSED | CreditOutcome.CANCELLED | CreditOutcome.CONFLICT:
                await uow.send_to_review(connection, fulfilment, code)
            case _:
                await uow.retry_later(connection, fulfilment, code)

    async def _now(self) -> datetime:
        async with self.uow.database.read() as connection:
            return await self.uow.clock.at(connection)

    async def _lease_covers_call(self, registered: RegisteredProvider, begun: Fulfilment) -> bool:
        """Return whether the longest possible call ends before the lease does."""
        reserve = timedelta(seconds=registered.config.longest_credit_seconds)
        async with self.uow.database.read() as connection:
            now = await self.uow.clock.machine.at(connection)
        return begun.leased_until is not None and now + reserve < begun.leased_until
