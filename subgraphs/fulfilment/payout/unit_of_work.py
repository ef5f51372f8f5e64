"""The worker's reads and writes: each method is one step of a leased reward, in the caller's transaction."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock, database_time
from foundation.storage.database import Database
from subgraphs.fulfilment.models import GLOBAL_STATE, POSTPONED
from subgraphs.fulfilment.payout.lifecycle import RECHECK_AFTER, Lifecycle
from subgraphs.fulfilment.payout.origins import ConfirmedWeeks, EligibilityCheck, Goodwill, RewardOrigin
from subgraphs.fulfilment.payout.provider_decisions import ProviderHolds
from subgraphs.fulfilment.providers.provider import CreditOutcome, CreditResult
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.fulfilment.read_model_repository import PublishedOutcomeRepository, ReadModelRepository
from subgraphs.fulfilment.repository import ProviderRepository
from subgraphs.fulfilment.state import reasons
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.state_machine import (
    STOPPING,
    UNSENT,
    FulfilmentEvent,
    FulfilmentState,
    is_ahead,
)
from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.records.global_state import KillSwitches

EXPIRY_MARGIN = timedelta(minutes=5)
MAX_EXPONENT = 16


@dataclass(frozen=True, slots=True)
class Backoff:
    """The pauses between attempts.

    Attributes:
        first: The pause after the first attempt; it doubles with each further attempt.
        longest: The longest pause.
        rounds: The number of attempts after which a person decides.
    """

    first: timedelta
    longest: timedelta
    rounds: int

    @classmethod
    def of(cls, settings: FulfilmentSettings) -> "Backoff":
        """Return the pauses from the settings."""
        return cls(
            timedelta(seconds=settings.retry_seconds),
            timedelta(seconds=settings.retry_limit_seconds),
            settings.rounds,
        )

    def pause(self, attempts: int) -> timedelta:
        """Return the pause after some attempts, shortened by up to a half, so that retries spread out."""
        full = min(self.longest, self.first * (1 << min(attempts - 1, MAX_EXPONENT)))
        return full * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret

    def next_poll(self, config: ProviderConfig, expires_at: datetime | None, now: datetime) -> datetime:
        """Return when to ask a provider next whether a reward was used.

        A provider that sends callbacks is asked only after the reward has expired, in case one was lost.
        """
        poll = now + timedelta(minutes=config.poll_minutes)
        if config.learns == "poll" or expires_at is None:
            return poll
        return max(poll, expires_at + EXPIRY_MARGIN)


log = structlog.get_logger(__name__)
WORKER: Final = "fulfilment"
REWARDS: Final = LoopName(WORKER, "rewards")
REASON_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """Leases rewards, locks them again, and records the results."""

    database: Database
    backoff: Backoff
    clock: Clock
    provider_holds: ProviderHolds
    origin: RewardOrigin
    lease_duration: timedelta
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    eligibility: EligibilityCheck = field(default_factory=EligibilityCheck)
    switches: KillSwitches = field(default_factory=lambda: KillSwitches(GLOBAL_STATE))

    @classmethod
    def over(cls, database: Database, settings: FulfilmentSettings, clock: Clock) -> "UnitOfWork":
        """Return the unit of work over a database."""
        return cls(
            database,
            Backoff.of(settings),
            clock,
            ProviderHolds(ProviderRepository(database.dialect), clock),
            ConfirmedWeeks(
                ReadModelRepository(database.dialect), PublishedOutcomeRepository(database.dialect)
            ),
            timedelta(seconds=settings.lease_seconds),
        )

    def each_origin(self) -> tuple["UnitOfWork", "UnitOfWork"]:
        """Return the units of work over all that is paid: rewards of weeks, and goodwill credits."""
        return self, replace(self, origin=Goodwill(), lifecycle=Lifecycle.of_goodwill())

    async def owning(self, connection: AsyncConnection, key: str) -> tuple["UnitOfWork", Fulfilment | None]:
        """Lock the fulfilment of an idempotency key, or find None, and return it with its unit of work."""
        for uow in self.each_origin():
            if (fulfilment := await uow.lifecycle.repository.by_key(connection, key)) is not None:
                return uow, fulfilment
        return self, None

    async def lease(self, provider: str | None, limit: int) -> Sequence[Fulfilment]:
        """Lease due rewards of a provider (None: those without one), so that no other worker gets them.

        Those that nobody can read are postponed, each with its reason.

        Raises:
            ClockDiffers: This node's clock is wrong.
        """
        async with self.database.write() as connection:
            machine = await database_time(self.clock.machine, connection)
            now = await self.clock.at(connection)
            leased, unreadable = await self.lifecycle.repository.lease(
                connection, provider, limit, due=now, now=machine, until=machine + self.lease_duration
            )
        loop = self.loop
        for key, error in unreadable.items():
            await loop.postpone(key, error)
        if leased and (known := await loop.postponed.of(REWARDS)):
            await loop.postponed.forget(REWARDS, known.keys() & {fulfilment.key for fulfilment in leased})
        return leased

    @property
    def loop(self) -> Loop[str]:
        """Return the loop over the keys of due rewards."""

        async def put_off(key: str, until: datetime) -> None:
            async with self.database.write() as connection:
                await self.lifecycle.repository.put_off(connection, key, until)

        return Loop(
            name=REWARDS,
            postponed=PostponedItems(self.database, POSTPONED),
            clock=self.clock.machine,
            named=str,
            put_off=put_off,
        )

    async def lock(self, connection: AsyncConnection, leased: Fulfilment) -> Fulfilment | None:
        """Lock a leased reward and return it as it is now; None if another worker has a newer lease."""
        return next(iter(await self.lock_all(connection, [leased])), None)

    async def lock_all(self, connection: AsyncConnection, leased: Sequence[Fulfilment]) -> list[Fulfilment]:
        """Lock leased rewards and return them as stored now, without those that another worker has leased."""
        locked = await self.lifecycle.repository.lock(connection, leased)
        kept = [
            fulfilment
            for fulfilment in leased
            if fulfilment.key in locked and locked[fulfilment.key].lease == fulfilment.lease
        ]
        if len(kept) < len(leased):
            log.warning("leases_lost", number=len(leased) - len(kept))
        return [locked[fulfilment.key] for fulfilment in kept]

    async def lock_payable(
        self, connection: AsyncConnection, leased: Sequence[Fulfilment]
    ) -> list[Fulfilment]:
        """Lock leased rewards and return those whose customers may be paid.

        The others are stopped, or postponed until their account has arrived or their club goes on.
        """
        owners, now = {fulfilment.club.owner for fulfilment in leased}, await self.clock.at(connection)
        eligibility = await self.eligibility.evaluate(connection, owners, now)
        paused = await self.switches.brands_off(connection, {fulfilment.club.brand for fulfilment in leased})
        payable = []
        for fulfilment in await self.lock_all(connection, leased):
            owner = fulfilment.club.owner
            if fulfilment.state not in {FulfilmentState.CONFIRMED, FulfilmentState.FULFILLING}:
                continue
            if owner not in eligibility:
                await self.postpone(connection, fulfilment, reasons.ACCOUNT_UNKNOWN)
            elif (reason := self.origin.ineligible_reason(fulfilment, eligibility[owner])) is not None:
                await self._mark_excluded(connection, fulfilment, reason.value)
            elif fulfilment.club.brand in paused:
                await self.postpone(connection, fulfilment, reasons.CLUB_PAUSED)
            else:
                payable.append(fulfilment)
        return payable

    async def divert_possibly_sent(
        self, connection: AsyncConnection, unsent: Sequence[Fulfilment], config: ProviderConfig
    ) -> set[str]:
        """Find rewards that an earlier database may have sent, though this one has not; do not send them.

        If an outcome was published, it is taken over. If the reward is due for longer than the provider
        remembers keys, it goes to review: sent again, it could be credited a second time.

        Returns:
            The keys of these rewards.
        """
        if not unsent:
            return set()
        now = await self.clock.at(connection)
        published = await self.origin.published(connection, unsent)
        due_since = await self.origin.due_since(connection, unsent)
        oldest = now - timedelta(hours=config.key_hours)
        diverted = set()
        for fulfilment in unsent:
            outcome = published.get(fulfilment.key)
            if outcome is not None and is_ahead(outcome.state, fulfilment.state):
                await self.lifecycle.adopt(connection, fulfilment, outcome, now)
                diverted.add(fulfilment.key)
            elif due_since.get(fulfilment.key, fulfilment.created_at) <= oldest:
                await self.send_to_review(connection, fulfilment, reasons.CONFIRMED_TOO_LONG_AGO)
                diverted.add(fulfilment.key)
        return diverted

    async def mark_sent(self, connection: AsyncConnection, fulfilment: Fulfilment) -> bool:
        """Record that a reward is being sent, and keep its lease; False after too many attempts."""
        if fulfilment.attempts >= self.backoff.rounds and fulfilment.state is FulfilmentState.FULFILLING:
            await self.send_to_review(connection, fulfilment, reasons.ATTEMPTS)
            return False
        now = await self.clock.at(connection)
        await self.lifecycle.transition(
            connection,
            fulfilment,
            FulfilmentEvent.SENT,
            now,
            attempts=fulfilment.attempts + 1,
            sent_at=fulfilment.sent_at or now,
            reason=None,
        )
        return True

    async def mark_credited(
        self,
        connection: AsyncConnection,
        config: ProviderConfig,
        fulfilment: Fulfilment,
        result: CreditResult,
    ) -> None:
        """Record a credit, and its use or expiry if the provider reports that as well."""
        now = await self.clock.at(connection)
        ended = result.outcome is not CreditOutcome.CREDITED
        polled = not ended and not fulfilment.credit.reward.is_cash
        stopping = fulfilment.state in STOPPING
        flag = f"{reasons.CREDITED_WHILE}{fulfilment.state.value}" if stopping else fulfilment.flag
        credited = await self.lifecycle.transition(
            connection,
            fulfilment,
            FulfilmentEvent.CREDITED,
            now,
            credited_at=result.credited_at or now,
            expires_at=result.expires_at,
            reference=result.reference,
            reason=None,
            flag=flag,
            flagged_at=now if flag != fulfilment.flag else fulfilment.flagged_at,
            next_at=self.backoff.next_poll(config, result.expires_at, now) if polled else None,
            leased_until=None,
        )
        if ended:
            await self.mark_ended(connection, credited, result.outcome, result.ended_at)

    async def mark_ended(
        self, connection: AsyncConnection, fulfilment: Fulfilment, outcome: CreditOutcome, at: datetime | None
    ) -> None:
        """Record that a credited reward was used, or has expired."""
        event = FulfilmentEvent.USED if outcome is CreditOutcome.USED else FulfilmentEvent.EXPIRED
        now = await self.clock.at(connection)
        await self.lifecycle.transition(
            connection, fulfilment, event, now, ended_at=at or now, next_at=None, leased_until=None
        )

    async def mark_cancelled(self, connection: AsyncConnection, fulfilment: Fulfilment) -> None:
        """Record that a reward will never be credited."""
        now = await self.clock.at(connection)
        await self.lifecycle.transition(
            connection, fulfilment, FulfilmentEvent.CANCELLED, now, next_at=None, leased_until=None
        )

    async def send_to_review(self, connection: AsyncConnection, fulfilment: Fulfilment, reason: str) -> None:
        """Leave a reward to a person."""
        log.warning("reward_in_review", key=fulfilment.key, reason=reason)
        await self.lifecycle.transition(
            connection,
            fulfilment,
            FulfilmentEvent.REVIEW_REQUESTED,
            await self.clock.at(connection),
            reason=reason[:REASON_CHARACTERS],
            next_at=None,
            leased_until=None,
        )

    async def retry_later(
        self,
        connection: AsyncConnection,
        fulfilment: Fulfilment,
        reason: str,
        wait: timedelta | None = None,
        key_lasts: timedelta = timedelta(0),
    ) -> None:
        """Try a reward again after a pause; after too many attempts, leave it to a person.

        Args:
            connection: A connection in a write transaction.
            fulfilment: The reward.
            reason: Why it is not paid yet.
            wait: How long the provider asks not to be called again; None if it does not.
            key_lasts: How long after the first attempt a wait ends: the provider then forgets the key.
        """
        if fulfilment.attempts >= self.backoff.rounds and fulfilment.state is FulfilmentState.FULFILLING:
            await self.send_to_review(connection, fulfilment, reasons.ATTEMPTS)
            return
        now, pause = await self.clock.at(connection), self.backoff.pause(max(fulfilment.attempts, 1))
        if wait is not None:
            pause = max(pause, min(wait, (fulfilment.sent_at or now) + key_lasts - now))
        await self.release(connection, fulfilment, now + pause, reason)

    async def postpone(self, connection: AsyncConnection, fulfilment: Fulfilment, reason: str) -> None:
        """Look at a reward again in a few minutes, because something else has to happen first."""
        next_at = await self.clock.at(connection) + RECHECK_AFTER
        await self.release(connection, fulfilment, next_at, reason)

    async def release(
        self,
        connection: AsyncConnection,
        fulfilment: Fulfilment,
        next_at: datetime | None,
        reason: str | None,
    ) -> None:
        """Give a lease back; the worker looks at the reward again at `next_at`."""
        reason = reason and reason[:REASON_CHARACTERS]
        now = await self.clock.at(connection)
        await self.lifecycle.update(
            connection, fulfilment, now, reason=reason, next_at=next_at, leased_until=None
        )

    async def record_attempt(
        self, connection: AsyncConnection, fulfilment: Fulfilment, step: str, result: CreditResult
    ) -> None:
        """Add a provider's answer to the record of attempts."""
        await self.lifecycle.record_attempt(
            connection,
            fulfilment,
            await self.clock.at(connection),
            step=step,
            outcome=result.outcome.value,
            detail=result.code,
        )

    async def _mark_excluded(self, connection: AsyncConnection, fulfilment: Fulfilment, reason: str) -> None:
        now = await self.clock.at(connection)
        next_at = None if fulfilment.state in UNSENT else now
        await self.lifecycle.transition(
            connection,
            fulfilment,
            FulfilmentEvent.EXCLUDED,
            now,
            reason=reason,
            next_at=next_at,
            leased_until=None,
        )
