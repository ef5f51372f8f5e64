"""Where a worker reads and writes: each method is one thing that can become of a leased reward."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import Clock
from storage.database import Database
from subgraphs.fulfilment.payout.backoff import Backoff
from subgraphs.fulfilment.payout.eligibility import Eligibility
from subgraphs.fulfilment.payout.lifecycle import LOOK_AGAIN, Ledger
from subgraphs.fulfilment.payout.provider_holds import Alarms
from subgraphs.fulfilment.projection_repository import Projections
from subgraphs.fulfilment.providers.provider import Answer, Verdict
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.state.published_outcome import PublishedOutcomes
from subgraphs.fulfilment.state.state_machine import (
    STOPPING,
    UNSENT,
    FulfilmentEvent,
    FulfilmentState,
    is_ahead,
)
from subgraphs.kit.domain.keys import ClubKey

log = structlog.get_logger(__name__)
REASON_CHARACTERS = 64
CONFIRMED_TOO_LONG_AGO: Final = "CONFIRMED_TOO_LONG_AGO"
"""Why a person must look: the provider may have credited the key and forgotten it since."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Leases rewards, and writes down what became of them."""

    database: Database
    backoff: Backoff
    clock: Clock
    alarms: Alarms
    projections: Projections
    published: PublishedOutcomes
    lease_for: timedelta
    ledger: Ledger = field(default_factory=Ledger)
    eligibility: Eligibility = field(default_factory=Eligibility)

    @classmethod
    def over(cls, database: Database, settings: FulfilmentSettings, clock: Clock) -> "Desk":
        """The desk of a database."""
        return cls(
            database,
            Backoff.of(settings),
            clock,
            Alarms(database.dialect, clock),
            Projections(database.dialect),
            PublishedOutcomes(database.dialect),
            timedelta(seconds=settings.lease_seconds),
        )

    def writing(self, one: Fulfilment) -> AbstractAsyncContextManager[AsyncConnection]:
        """A write transaction where a reward is kept."""
        return self.database.shard(one.club.owner).write()

    async def lease(self, provider: str | None, limit: int) -> Sequence[Fulfilment]:
        """Takes rewards whose time has come; for the length of a lease nobody else gets them."""
        now, machine = self.clock.now(), self.clock.machine.now()
        async with self.database.home.write() as connection:
            return await self.ledger.repository.lease(
                connection, provider, limit, due=now, now=machine, until=machine + self.lease_for
            )

    async def held(self, connection: AsyncConnection, leased: Fulfilment) -> Fulfilment | None:
        """The reward as it is now, held; None when somebody else has got a newer lease."""
        return next(iter(await self.all_held(connection, [leased])), None)

    async def all_held(self, connection: AsyncConnection, leased: Sequence[Fulfilment]) -> list[Fulfilment]:
        """The rewards as they are now, held, but for those of which somebody else has got a newer lease."""
        found = await self.ledger.repository.of_clubs(connection, [one.club for one in leased], held=True)
        kept = [one for one in leased if one.club in found and found[one.club].lease == one.lease]
        if len(kept) < len(leased):
            log.warning("leases were lost", number=len(leased) - len(kept))
        return [found[one.club] for one in kept]

    async def cleared(self, connection: AsyncConnection, leased: Sequence[Fulfilment]) -> list[Fulfilment]:
        """The rewards, held, whose customers may be paid; others are stopped, or wait for the account."""
        verdicts = await self.eligibility.judge(connection, {one.club.owner for one in leased})
        cleared = []
        for one in await self.all_held(connection, leased):
            if one.state not in {FulfilmentState.CONFIRMED, FulfilmentState.FULFILLING}:
                continue
            if one.club.owner not in verdicts:
                await self.postpone(connection, one, "ACCOUNT_UNKNOWN")
            elif (reason := verdicts[one.club.owner].against(one.club.iso_week)) is not None:
                await self._exclude(connection, one, reason.value)
            else:
                cleared.append(one)
        return cleared

    async def perhaps_sent_before(
        self, connection: AsyncConnection, unsent: Sequence[Fulfilment], config: ProviderConfig
    ) -> set[ClubKey]:
        """Find rewards that this database has not sent, but one before it may have; they are not sent now.

        What was published of them is taken over. Those that were confirmed longer ago than the provider
        remembers keys go to a person: sent under the same key, they could be credited a second time.
        """
        if not unsent:
            return set()
        now, clubs = self.clock.now(), [one.club for one in unsent]
        published = await self.published.of_clubs(connection, clubs)
        confirmed = await self.projections.confirmed_at(connection, clubs)
        oldest = now - timedelta(hours=config.key_hours)
        found = set()
        for one in unsent:
            told = published.get(one.club)
            if told is not None and is_ahead(told.state, one.state):
                await self.ledger.adopt(connection, one, told, now)
                found.add(one.club)
            elif confirmed.get(one.club, one.created_at) <= oldest:
                await self.doubt(connection, one, CONFIRMED_TOO_LONG_AGO)
                found.add(one.club)
        return found

    async def sent(self, connection: AsyncConnection, one: Fulfilment) -> bool:
        """Writes down that it is sent; the lease goes on. False after too many attempts."""
        if one.attempts >= self.backoff.rounds and one.state is FulfilmentState.FULFILLING:
            await self.doubt(connection, one, "ATTEMPTS")
            return False
        now = self.clock.now()
        await self.ledger.move(
            connection,
            one,
            FulfilmentEvent.SENT,
            now,
            attempts=one.attempts + 1,
            sent_at=one.sent_at or now,
            reason=None,
        )
        return True

    async def credited(
        self, connection: AsyncConnection, config: ProviderConfig, one: Fulfilment, answer: Answer
    ) -> None:
        """Writes a credit down, and its use or expiry where that is known as well."""
        now = self.clock.now()
        ended = answer.verdict is not Verdict.CREDITED
        watched = not ended and not one.credit.reward.is_cash
        flag = f"CREDITED_WHILE_{one.state.value}" if one.state in STOPPING else one.flag
        moved = await self.ledger.move(
            connection,
            one,
            FulfilmentEvent.CREDITED,
            now,
            credited_at=answer.credited_at or now,
            expires_at=answer.expires_at,
            reference=answer.reference,
            reason=None,
            flag=flag,
            flagged_at=now if flag != one.flag else one.flagged_at,
            next_at=self.backoff.next_poll(config, answer.expires_at, now) if watched else None,
            leased_until=None,
        )
        if ended:
            await self.ended(connection, moved, answer.verdict, answer.ended_at)

    async def ended(
        self, connection: AsyncConnection, one: Fulfilment, verdict: Verdict, at: datetime | None
    ) -> None:
        """Writes down that a credited reward was used, or has expired."""
        event = FulfilmentEvent.USED if verdict is Verdict.USED else FulfilmentEvent.EXPIRED
        now = self.clock.now()
        await self.ledger.move(
            connection, one, event, now, ended_at=at or now, next_at=None, leased_until=None
        )

    async def cancelled(self, connection: AsyncConnection, one: Fulfilment) -> None:
        """Writes down that it will never be credited."""
        await self.ledger.move(
            connection, one, FulfilmentEvent.CANCELLED, self.clock.now(), next_at=None, leased_until=None
        )

    async def doubt(
        self, connection: AsyncConnection, one: Fulfilment, reason: str, **changes: object
    ) -> None:
        """Hands it to a person."""
        log.warning("a reward is in review", key=one.key, reason=reason)
        changes |= {"reason": reason[:REASON_CHARACTERS], "next_at": None, "leased_until": None}
        await self.ledger.move(connection, one, FulfilmentEvent.DOUBTED, self.clock.now(), **changes)

    async def again(self, connection: AsyncConnection, one: Fulfilment, reason: str) -> None:
        """Leaves it for later; after many attempts a person decides."""
        if one.attempts >= self.backoff.rounds and one.state is FulfilmentState.FULFILLING:
            await self.doubt(connection, one, "ATTEMPTS")
            return
        pause = self.backoff.pause(max(one.attempts, 1))
        await self.wait(connection, one, self.clock.now() + pause, reason)

    async def postpone(self, connection: AsyncConnection, one: Fulfilment, reason: str) -> None:
        """Leaves it until something else has happened."""
        await self.wait(connection, one, self.clock.now() + LOOK_AGAIN, reason)

    async def wait(
        self, connection: AsyncConnection, one: Fulfilment, until: datetime | None, reason: str | None
    ) -> None:
        """Gives the lease back; it is looked at again at an instant."""
        reason = reason and reason[:REASON_CHARACTERS]
        now = self.clock.now()
        await self.ledger.change(connection, one, now, reason=reason, next_at=until, leased_until=None)

    async def note(self, connection: AsyncConnection, one: Fulfilment, step: str, answer: Answer) -> None:
        """Adds what a provider said to the record."""
        await self.ledger.note(
            connection, one, self.clock.now(), step=step, outcome=answer.verdict.value, detail=answer.code
        )

    async def _exclude(self, connection: AsyncConnection, one: Fulfilment, reason: str) -> None:
        now = self.clock.now()
        next_at = None if one.state in UNSENT else now
        await self.ledger.move(
            connection, one, FulfilmentEvent.EXCLUDED, now, reason=reason, next_at=next_at, leased_until=None
        )
