"""Settles changes that mutations left in doubt, in rounds over several subgraphs."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

import structlog
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock, database_time
from foundation.storage.database import Database
from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.effect import SUPERSEDED, Answer, Repetition, Verdict, shows
from subgraphs.kit.mutations.intents import KEYS_LAST, PENDING, Intent, IntentKey
from subgraphs.kit.records.leases import Lease

log = structlog.get_logger(__name__)
StillAllowed = Callable[[AsyncConnection, Intent], Awaitable[bool]]
Follow = Callable[[Intent], Awaitable[None]]
WORKER: Final = "intents"
CHANGES_IN_DOUBT: Final = LoopName(WORKER, "changes")
FORGOTTEN = Answer(Verdict.REFUSED, "FORGOTTEN")
SETTLED = Answer(Verdict.CONFIRMED)
INELIGIBLE = Answer(Verdict.REFUSED, "INELIGIBLE")


@dataclass(frozen=True, slots=True)
class RecoveryLimits:
    """Limits of recovery.

    Attributes:
        undisturbed: How long a change is left to the request that began it: longer than a request may take.
        keys_last: How long the upstream is sure to know a key; after that, its record alone decides.
        at_once: How many changes are settled concurrently.
    """

    undisturbed: timedelta = timedelta(seconds=6)
    keys_last: timedelta = KEYS_LAST
    at_once: int = 8


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of one step of recovery.

    Attributes:
        last: The change to continue after; None if there are no more, or the upstream is not being called.
        settled: How many changes were settled.
        in_doubt: The least number of changes that are still in doubt.
    """

    last: IntentKey | None
    settled: int
    in_doubt: int


class ChangeService(Protocol):
    """Knows what a subgraph records of its changes."""

    @property
    def changes(self) -> Changes:
        """Return what carries the changes out."""

    async def record(self, connection: AsyncConnection, intent: Intent) -> None:
        """Record a confirmed change, in the transaction that settles it."""

    async def is_recorded(self, connection: AsyncConnection, intent: Intent) -> bool:
        """Return whether a change in doubt is on our record already: it was read back after a restore."""

    async def is_outdated(
        self, connection: AsyncConnection, intent: Intent, recorded: Mapping[str, Any]
    ) -> bool:
        """Return whether something newer than a change in doubt is on record, here or in the one given."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """Determines the outcome of pending intents, and records it as the mutation would have.

    Two may run at once: a call is repeated under its own key, and only one of them settles the intent.

    Attributes:
        follow: Adopts the upstream's record of what an intent would have changed, if it has something newer.
        postponed: The table of those that cannot be settled for a reason of their own.
    """

    service: ChangeService
    still_allowed: StillAllowed
    follow: Follow
    postponed: Table
    limits: RecoveryLimits = RecoveryLimits()

    @property
    def changes(self) -> Changes:
        """Return what carries the changes out."""
        return self.service.changes

    @property
    def loop(self) -> Loop[IntentKey]:
        """Return the loop over changes in doubt."""
        return Loop(
            name=CHANGES_IN_DOUBT,
            postponed=PostponedItems(self.changes.database, self.postponed),
            clock=self.changes.clock.machine,
            named=_named,
            at_once=self.limits.at_once,
        )

    async def pending(
        self, after: IntentKey | None, limit: int, *, also_waiting: bool = False
    ) -> list[IntentKey]:
        """Return changes in doubt, oldest first; by default none about which the upstream asked to wait."""
        async with self.changes.database.read() as connection:
            now = await self.changes.clock.at(connection)
            return await self.changes.intents.oldest_pending(
                connection, now - self.limits.undisturbed, after, limit, None if also_waiting else now
            )

    async def settle_some(self, after: IntentKey | None) -> Step:
        """Try to settle the oldest changes in doubt, once each.

        Args:
            after: The last one that was tried in this round.

        Raises:
            SQLAlchemyError: The database cannot be reached; the changes are unchanged.
            OSError: The same.
        """
        room = self.changes.effect.room(self.limits.at_once)
        pending = await self.pending(after, max(room, 1))
        if not (room and pending):
            return Step(None, 0, len(pending))
        settled = sum(await self.loop.each(pending, self._settle))
        return Step(pending[-1], settled, len(pending) - settled)

    async def compare(self) -> "ComparedChanges":
        """Compare all changes in doubt with the upstream's record, and send none.

        Changes that are on record, and those that something newer has replaced, are settled. What the
        upstream asked to wait for is compared as well: nothing may open before it is known.

        Raises:
            SQLAlchemyError: The database cannot be reached.
            OSError: The same.
        """
        number, changes = 0, list[Answer | None]()
        last: IntentKey | None = None
        while pending := await self.pending(last, self.limits.at_once, also_waiting=True):
            changes += await self.loop.each(pending, self._compare)
            last, number = pending[-1], number + len(pending)
        sent_later = changes.count(None)
        settled = sum(answer is not None and answer.verdict is not Verdict.UNKNOWN for answer in changes)
        return ComparedChanges(settled, sent_later, number - settled - sent_later)

    async def _in_doubt(self, key: IntentKey) -> Intent | None:
        """Return a change, unless somebody else has settled it, or it was erased."""
        async with self.changes.database.read() as connection:
            intent = await self.changes.intents.by_upstream_key(connection, key.upstream_key)
        return intent if intent is not None and intent.status == PENDING else None

    async def _compare(self, key: IntentKey) -> Answer | None:
        """Return the outcome as the records tell it; None if the change is to be sent again."""
        intent = await self._in_doubt(key)
        if intent is None:
            return SETTLED
        recorded = await self.changes.effect.read_record(intent.path, intent.body.keys())
        if recorded is None:
            return Answer(Verdict.UNKNOWN)
        on_record = shows(recorded, intent.body)
        answer = Answer(Verdict.CONFIRMED, recorded=recorded) if on_record else None
        answer = answer or await self._refused(intent, recorded)
        if answer is not None:
            await self._conclude(intent, answer)
        return answer

    async def _settle(self, key: IntentKey) -> bool:
        intent = await self._in_doubt(key)
        if intent is None:
            return True

        async def refused(recorded: Mapping[str, Any]) -> Answer | None:
            return await self._refused(intent, recorded)

        repetition = Repetition(intent.created_at, before=True, refused=refused)
        answer = await self.changes.effect.put(intent.path, intent.body, intent.upstream_key, repetition)
        if answer.verdict is Verdict.UNKNOWN:
            await self.changes.postpone(intent, answer)
            return False
        await self._conclude(intent, answer)
        return True

    async def _conclude(self, intent: Intent, answer: Answer) -> None:
        settled = await self.changes.settle(intent, answer, self._record)
        age = self.changes.clock.now() - intent.created_at  # for people: a wrong clock decides nothing
        log.info(
            "intent_settled",
            operation=intent.operation,
            status=settled.status,
            code=answer.code,
            age_seconds=round(age.total_seconds()),
        )
        if answer in {SUPERSEDED, FORGOTTEN}:
            await self.follow(intent)

    async def _record(self, connection: AsyncConnection, intent: Intent) -> None:
        if not await self.service.is_recorded(connection, intent):
            await self.service.record(connection, intent)

    async def _refused(self, intent: Intent, recorded: Mapping[str, Any]) -> Answer | None:
        """Return why a change must not be sent again, given the upstream's record without it; None if it may.

        So an upstream that has forgotten the key, or never stored it, does not make the change after a newer
        one.
        """
        async with self.changes.database.read() as connection:
            if await self.changes.clock.at(connection) - intent.created_at > self.limits.keys_last:
                return FORGOTTEN
            if await self.service.is_outdated(connection, intent, recorded):
                return SUPERSEDED
            return None if await self.still_allowed(connection, intent) else INELIGIBLE


@dataclass(frozen=True, slots=True)
class ComparedChanges:
    """The numbers of changes in doubt after they were compared with the upstream's record.

    Attributes:
        settled: On record, or replaced by something newer, or not to be made any more.
        sent_later: Not on record, and nothing newer is: they are sent again once recovery runs.
        unknown: The upstream gave no clear answer, or the change cannot be read.
    """

    settled: int = 0
    sent_later: int = 0
    unknown: int = 0


LEASE: Final = timedelta(seconds=60)
"""The duration of the lease, well above what settling one batch takes if every call times out."""

PACE_SECONDS: Final = 0.05
"""The pause between two batches, so that many waiting changes do not flood the upstream."""


@dataclass(frozen=True, slots=True)
class RecoveryRound:
    """The numbers of changes that a round has settled, and that are still in doubt.

    Attributes:
        postponed: How many cannot be settled for a reason of their own.
        failing: How many of them a person has to look at.
    """

    settled: int = 0
    in_doubt: int = 0
    postponed: int = 0
    failing: int = 0


@dataclass(frozen=True, slots=True)
class RecoveryRounds:
    """Tries all changes in doubt while this process holds the lease.

    Attributes:
        database: Where the lease is.
        rest: Waits between two batches.
    """

    database: Database
    lease: Lease
    recoveries: Sequence[Recovery]
    clock: Clock
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def round(self) -> RecoveryRound:
        """Try each change in doubt once, oldest first.

        Raises:
            SQLAlchemyError: A database cannot be reached.
            ClockDiffers: This node's clock is wrong.
            OSError: A database cannot be reached.
        """
        settled = in_doubt = 0
        failing: Counter[str] = Counter()
        for recovery in self.recoveries:
            loop = recovery.loop
            failing.update(await loop.postponed.counts(WORKER, loop.clock))
            if not await recovery.pending(None, 1):
                continue
            batch = None
            while (batch is None or batch.last) and await self._hold_lease():
                batch = await recovery.settle_some(batch.last if batch else None)
                settled, in_doubt = settled + batch.settled, in_doubt + batch.in_doubt
                await self.rest(PACE_SECONDS)
        return RecoveryRound(settled, in_doubt, **failing)

    async def leave(self) -> None:
        """Give up the lease, so that another node can continue at once."""
        async with self.database.write() as connection:
            await self.lease.end(connection)

    async def _hold_lease(self) -> bool:
        async with self.database.write() as connection:
            return await self.lease.hold(
                connection, await database_time(self.clock.machine, connection), LEASE
            )


def _named(key: IntentKey) -> str:
    return key.upstream_key
