"""Carries out mutations: intent, call of another system, outcome. Only a confirmed change is a success."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.errors import is_conflict, lock_wait_timed_out
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.watches import customer_key
from subgraphs.kit.mutations.effect import (
    SUPERSEDED,
    Answer,
    Effect,
    Refusals,
    Repetition,
    Verdict,
    revision_of,
)
from subgraphs.kit.mutations.intents import (
    CONFIRMED,
    KEYS_LAST,
    PENDING,
    ChangeRequest,
    Intent,
    IntentRepository,
    UpstreamChange,
)
from subgraphs.kit.mutations.refusals import Refusal

log = structlog.get_logger(__name__)
Validate = Callable[[AsyncConnection], Awaitable[UpstreamChange | Refusal]]
Record = Callable[[AsyncConnection, Intent], Awaitable[None]]
Outdated = Callable[[AsyncConnection, Intent, Mapping[str, Any]], Awaitable[bool]]
"""Returns whether something newer than a pending change is on record: here, or in the upstream's record."""

StillSo = Callable[[AsyncConnection], Awaitable[bool]]
ROUNDS = 8
ADOPT: Final = "adopt"
"""The operation of a change made upstream through another channel, and taken over here."""


class Adoption(Enum):
    """The outcome of adopting a state of the upstream.

    REPEATED: it was adopted before and differs again: one side is broken.
    """

    ADOPTED = "adopted"
    IN_THE_WAY = "in the way"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Changes:
    """Carries out the changes of one subgraph.

    The intent is written in the transaction that validates the request, before the upstream is called; the
    outcome is recorded in the transaction that settles the intent. A crash in between leaves a pending
    intent; the customer's next request, or recovery, repeats its call under the same key.

    Attributes:
        effect: Makes the changes.
        changed: Called with each customer whose data a commit has changed.
    """

    database: Database
    intents: IntentRepository
    effect: Effect
    clock: Clock
    changed: CustomersChanged | None = None

    @property
    def refusals(self) -> Refusals:
        """Return what customers are told of changes that are not made."""
        return self.effect.refusals

    async def carry_out(
        self, request: ChangeRequest, validate: Validate, record: Record, outdated: Outdated
    ) -> Refusal | None:
        """Make a change.

        Args:
            request: The change that the customer requests.
            validate: Checks the request in the transaction that writes the intent, before and after writing
                it.
            record: Stores a confirmed change, from the intent alone, in the transaction that settles it.
            outdated: Returns whether a change in doubt must not be sent again.

        Returns:
            None if the upstream confirmed it, else the reason; for a repeated key, the first outcome.
        """
        for _ in range(ROUNDS):
            written = await self._write_down(request, validate)
            if isinstance(written, Refusal):
                return written
            if written is None:
                continue
            if not written.is_repeat:
                self._tell(request.owner)
            outcome = await self._drive(written, record, outdated)
            if written.intent.upstream_key == request.upstream_key:
                return outcome
            if outcome is self.refusals.unconfirmed:
                return self.refusals.in_the_way
            # An earlier change of the same slot has been settled, so this one may go ahead.
        return self.refusals.in_the_way

    async def settle(self, intent: Intent, answer: Answer, record: Record) -> Intent:
        """Settle an intent whose outcome is known, unless somebody else has done so.

        Args:
            intent: The intent as written.
            answer: The outcome: confirmed or refused.
            record: As for `carry_out`.

        Returns:
            The intent as it now is.

        Raises:
            sqlalchemy.exc.DBAPIError: The outcome could not be recorded; the intent is still pending.
        """
        for _ in range(ROUNDS - 1):
            try:
                return await self._settle(intent, answer, record)
            except DBAPIError as fault:
                if lock_wait_timed_out(fault) or not is_conflict(fault):
                    raise
        return await self._settle(intent, answer, record)

    async def postpone(self, intent: Intent, answer: Answer) -> None:
        """Store how long the upstream asks not to be called about a change in doubt, if it does.

        It is not stored beyond the change's horizon: after that, the upstream may have forgotten the key.

        Raises:
            sqlalchemy.exc.DBAPIError: The database cannot be reached.
        """
        if answer.wait is None:
            return
        try:
            async with self.database.write() as connection:
                now = await self.clock.at(connection)
                wait = min(answer.wait, intent.created_at + KEYS_LAST - now)
                if wait <= timedelta(0):
                    return
                await self.intents.postpone(connection, intent, now + wait)
        except DBAPIError as fault:
            if not is_conflict(fault):
                raise
            return  # somebody else works on it
        log.info("upstream_asks_to_wait", operation=intent.operation, seconds=round(wait.total_seconds()))

    async def _has_to_wait(self, intent: Intent) -> bool:
        if intent.not_before is None:
            return False
        async with self.database.read() as connection:
            return await self.clock.at(connection) < intent.not_before

    async def _settle(self, intent: Intent, answer: Answer, record: Record) -> Intent:
        refusal, revision = self.refusals.of(answer), revision_of(answer.recorded)
        error = (str(refusal.code), refusal.message) if refusal else None
        async with self.database.write() as connection:
            now = await self.clock.at(connection)
            if await self.intents.settle(connection, intent, error, now, revision) and not refusal:
                await record(connection, intent)
            settled = await self.intents.by_upstream_key(connection, intent.upstream_key)
        self._tell(intent.owner)
        return settled or intent

    def _tell(self, owner: Owner) -> None:
        """Announce that a customer's data has changed."""
        if self.changed is not None:
            self.changed((customer_key(owner),))

    async def adopt(
        self, request: ChangeRequest, change: UpstreamChange, still_so: StillSo, record: Record
    ) -> Adoption:
        """Adopt the state on record upstream, as a change that is confirmed already.

        It holds the slot while its transaction lasts, so it never comes between the steps of a customer's own
        change.

        Args:
            request: Its client key names the state on record, so that a state is adopted once.
            change: The state on record.
            still_so: Returns whether our record is unchanged since the upstream was asked.
            record: As for `carry_out`.
        """
        try:
            async with self.database.write() as connection:
                if await self.intents.by_client_key(connection, request):
                    return Adoption.REPEATED
                if await self.intents.pending_in(connection, request.owner, request.slot):
                    return Adoption.IN_THE_WAY
                now = await self.clock.at(connection)
                intent = await self.intents.write_down(connection, request, change, now)
                await _require(still_so(connection))
                await self.intents.settle(connection, intent, None, now, change.revision)
                await record(connection, intent)
        except _Outdated:
            return Adoption.IN_THE_WAY
        except DBAPIError as fault:
            if not is_conflict(fault):
                raise
            return Adoption.IN_THE_WAY
        self._tell(request.owner)
        return Adoption.ADOPTED

    async def _write_down(
        self, request: ChangeRequest, validate: Validate
    ) -> "_RecordedIntent | Refusal | None":
        """Return the request's intent, or one that is in its way, or a refusal; None to try again."""
        try:
            async with self.database.write() as connection:
                earlier = await self._found(connection, request)
                if earlier is None:
                    return await self._begin(connection, request, validate)
                if isinstance(earlier, Intent) and (
                    refused := await _refused_repeat(connection, earlier, validate)
                ):
                    return (
                        self.refusals.unconfirmed if earlier.upstream_key == request.upstream_key else refused
                    )
        except _Overtaken as overtaken:
            return overtaken.refusal
        except DBAPIError as fault:
            # Another request was faster, or several waited for one that gave up.
            if lock_wait_timed_out(fault):
                return self.refusals.in_the_way
            if not is_conflict(fault):
                raise
            async with self.database.read() as connection:
                earlier = await self._found(connection, request)
        return _RecordedIntent(earlier, is_repeat=True) if isinstance(earlier, Intent) else earlier

    async def _found(self, connection: AsyncConnection, request: ChangeRequest) -> Intent | Refusal | None:
        known = await self.intents.by_client_key(connection, request)
        if known:
            return known if known.body_hash == request.body_hash else self.refusals.reused
        return await self.intents.pending_in(connection, request.owner, request.slot)

    async def _begin(
        self, connection: AsyncConnection, request: ChangeRequest, validate: Validate
    ) -> "_RecordedIntent | Refusal":
        """Write the intent, which takes the slot, and validate again.

        The slot's last holder may have changed what was validated, and time may have run out. Locks instead
        would be taken in another order than settling takes them.
        """
        change = await validate(connection)
        if isinstance(change, Refusal):
            return change
        now = await self.clock.at(connection)
        intent = await self.intents.write_down(connection, request, change, now)
        again = await validate(connection)
        if isinstance(again, Refusal):
            raise _Overtaken(again)
        return _RecordedIntent(intent, is_repeat=False)

    async def _drive(self, recorded: "_RecordedIntent", record: Record, outdated: Outdated) -> Refusal | None:
        intent = recorded.intent

        async def refused(found: Mapping[str, Any]) -> Answer | None:
            async with self.database.read() as connection:
                return SUPERSEDED if await outdated(connection, intent, found) else None

        if intent.status == PENDING:
            if await self._has_to_wait(intent):
                return self.refusals.unconfirmed
            repetition = Repetition(intent.created_at, recorded.is_repeat, refused)
            answer = await self.effect.put(intent.path, intent.body, intent.upstream_key, repetition)
            if answer.verdict is Verdict.UNKNOWN or answer == SUPERSEDED:
                await self.postpone(intent, answer)
                return self.refusals.unconfirmed  # recovery also adopts what is newer
            try:
                intent = await self.settle(intent, answer, record)
            except DBAPIError as fault:
                if not is_conflict(fault):
                    raise
                return self.refusals.unconfirmed  # the next request or recovery settles it later
        if intent.status == PENDING:
            return self.refusals.unconfirmed  # the customer was erased meanwhile, and so was the change
        if intent.status == CONFIRMED:
            return None
        return Refusal(str(intent.error_code), str(intent.error_message))


@dataclass(frozen=True, slots=True)
class _RecordedIntent:
    """An intent, and whether it was requested before, so that the upstream may know it."""

    intent: Intent
    is_repeat: bool


class _Overtaken(Exception):
    """Rolls back an intent whose request turned out to be refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class _Outdated(Exception):
    """Rolls back an adoption that is out of date."""


async def _require(still_so: Awaitable[bool]) -> None:
    if not await still_so:
        raise _Outdated


async def _refused_repeat(connection: AsyncConnection, intent: Intent, validate: Validate) -> Refusal | None:
    """Return why this request must not repeat a change in doubt, so that recovery decides on it."""
    now = await validate(connection) if intent.status == PENDING else None
    return now if isinstance(now, Refusal) and now.stops_repeats else None
