"""The steps of paying a reward: routing, sending, cancelling, and learning that it was used.

    leased ─▶ begun ─▶ sending ─▶ answered ─▶ settling ─▶ settled

"Sent" is recorded before the provider is called. A worker that finds it recorded asks the provider first. All
attempts use one key, and only the worker with the newest lease writes.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.payout.unit_of_work import UnitOfWork
from subgraphs.fulfilment.providers.provider import PAID_OUTCOMES, CreditOutcome, CreditResult
from subgraphs.fulfilment.providers.registry import ProviderRegistry, RegisteredProvider
from subgraphs.fulfilment.state import reasons
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.reward import Choice
from subgraphs.fulfilment.state.state_machine import POSSIBLY_SENT, STOPPING, UNSENT, FulfilmentState


@dataclass(frozen=True, slots=True)
class Router:
    """Assigns rewards to providers."""

    uow: UnitOfWork
    registry: ProviderRegistry

    async def route(self, leased: Sequence[Fulfilment]) -> None:
        """Assign rewards to providers, or record why that is not possible yet, in one transaction."""
        async with self.uow.database.write() as connection:
            stopped = [fulfilment for fulfilment in leased if fulfilment.state in STOPPING]
            await self._cancel_unassigned(connection, stopped)
            remaining = [fulfilment for fulfilment in leased if fulfilment not in stopped]
            payable = await self.uow.lock_payable(connection, remaining)
            choices = await self.uow.origin.choices(connection, payable)
            for fulfilment in payable:
                await self._assign(connection, fulfilment, choices.get(fulfilment.key))

    async def _cancel_unassigned(self, connection: AsyncConnection, stopped: Sequence[Fulfilment]) -> None:
        """Cancel rewards that were stopped in review: without a provider, nothing was ever sent."""
        for fulfilment in await self.uow.lock_all(connection, stopped):
            if fulfilment.state in STOPPING:
                await self.uow.mark_cancelled(connection, fulfilment)

    async def _assign(
        self, connection: AsyncConnection, fulfilment: Fulfilment, choice: Choice | None
    ) -> None:
        if choice is None or not choice.final:
            await self.uow.postpone(connection, fulfilment, reasons.CHOICE_OPEN)
            return
        if choice.reward is None:
            await self.uow.send_to_review(connection, fulfilment, reasons.NO_REWARD)
            return
        chosen = replace(fulfilment, reward=choice.reward)
        registered = self.registry.provider_for(chosen.credit)
        if registered is None:
            await self.uow.postpone(connection, fulfilment, reasons.NO_PROVIDER)
            return
        assigned = replace(chosen, provider=registered.config.name)
        if (choice.reward.value_minor or 0) > registered.config.limit_minor:
            await self.uow.send_to_review(connection, assigned, reasons.OVER_LIMIT)
            return
        await self.uow.release(connection, assigned, await self.uow.clock.at(connection), None)


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
                return CreditResult(CreditOutcome.REFUSED, code=reasons.KEY_WINDOW_PASSED)
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
                key_lasts = timedelta(hours=registered.config.key_hours)
                await uow.retry_later(connection, fulfilment, code, result.wait, key_lasts)

    async def _now(self) -> datetime:
        async with self.uow.database.read() as connection:
            return await self.uow.clock.at(connection)

    async def _lease_covers_call(self, registered: RegisteredProvider, begun: Fulfilment) -> bool:
        """Return whether the longest possible call ends before the lease does."""
        reserve = timedelta(seconds=registered.config.longest_credit_seconds)
        async with self.uow.database.read() as connection:
            now = await self.uow.clock.machine.at(connection)
        return begun.leased_until is not None and now + reserve < begun.leased_until


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
                    reason = fulfilment.reason or reasons.STOPPED
                    key_lasts = timedelta(hours=registered.config.key_hours)
                    await self.uow.retry_later(connection, tried, reason, result.wait, key_lasts)


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
            if result.wait is not None:
                wait = min(result.wait, timedelta(hours=registered.config.key_hours))
                next_poll = max(next_poll, now + wait)
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
