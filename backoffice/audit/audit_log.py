"""The audit log: records who did what in the transaction of the change, and finds what was tampered with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.audit import repository
from backoffice.audit.canonical_json import Json, canonical
from backoffice.audit.repository import GENESIS, Entry, Head, StoredEntry
from foundation.storage.clock import Clock
from foundation.storage.database import Database

StillActs: TypeAlias = Callable[[AsyncConnection, Actor], Awaitable[None]]
"""Checks, in a write transaction, that somebody may still act as they could when their request began."""


@dataclass(frozen=True, slots=True)
class AuditLog:
    """The audit log of the back office's database.

    Attributes:
        clock: The machine's time is recorded: a rehearsal does not move it.
        still_acts: What is not recorded is not done: so nothing is, for a session that has ended meanwhile.
            None where nobody acts by a session, as in commands.
    """

    clock: Clock
    still_acts: StillActs | None = None

    async def require_acting(self, connection: AsyncConnection, actor: Actor) -> None:
        """Check that somebody may still act; `record` does so, too. First, where rows are locked meanwhile.

        Raises:
            NotSignedIn: Their session has ended.
            Forbidden: Their roles were changed.
        """
        if self.still_acts is not None:
            await self.still_acts(connection, actor)

    async def record_access(
        self,
        database: Database,
        actor: Actor,
        action: str,
        *,
        brand: str | None,
        subject: str,
        seen: Json | None = None,
    ) -> None:
        """Record that somebody looks at personal data, in a transaction of its own, before it is shown.

        It does not ask again whether they may still act: the request has just asked, and nothing changes.

        Args:
            database: The back office's.
            actor: Who looks.
            action: As in `record`, such as `risk.look`.
            brand: The brand that it concerns.
            subject: At whom or what, as `kind:id`; it is cut off after 255 characters.
            seen: Who was seen, where the subject does not say so.
        """
        async with database.write() as connection:
            await self._append(
                connection,
                actor,
                action,
                brand=brand,
                subject=subject[:255],
                before=None,
                after=seen,
                reason=None,
            )

    async def record(
        self,
        connection: AsyncConnection,
        actor: Actor,
        action: str,
        *,
        brand: str | None,
        subject: str,
        before: Json | None,
        after: Json | None,
        reason: str | None,
    ) -> None:
        """Append a row in the caller's write transaction on the back office's database.

        Writers are serialized from here to the end of their transactions: record last, and commit soon.

        Args:
            connection: In a write transaction.
            actor: Who.
            action: What, as `area.verb`.
            brand: The brand that it concerns.
            subject: What it is done to, as `kind:id`; at most 255 characters.
            before: The subject before the change; None if there was none, or nothing changes.
            after: The subject after the change.
            reason: What the person gave as the reason.

        Raises:
            NotSignedIn, Forbidden: As `require_acting`.
        """
        await self.require_acting(connection, actor)
        await self._append(
            connection,
            actor,
            action,
            brand=brand,
            subject=subject,
            before=before,
            after=after,
            reason=reason,
        )

    async def _append(
        self,
        connection: AsyncConnection,
        actor: Actor,
        action: str,
        *,
        brand: str | None,
        subject: str,
        before: Json | None,
        after: Json | None,
        reason: str | None,
    ) -> None:
        last = await repository.locked_head(connection)
        entry = Entry(
            sequence=last.sequence + 1,
            at=await self.clock.machine.at(connection),
            user_id=actor.user_id,
            person=actor.person,
            name=actor.name,
            session_id=actor.session_id,
            address=actor.address,
            action=action,
            brand=brand,
            subject=subject,
            before=None if before is None else canonical(before),
            after=None if after is None else canonical(after),
            reason=reason,
            previous_hash=last.hash,
        )
        await repository.append(connection, entry)


class Fault(Enum):
    """What is wrong with the log.

    CHANGED: a row does not have the hash that it was given.
    MISSING: rows were deleted.
    BROKEN: a row does not continue the row before: it was inserted, replaced or moved.
    CUT_OFF: rows at the end were deleted.
    REWRITTEN: the log does not contain the anchor: it was rewritten since the anchor was exported.
    """

    CHANGED = "changed"
    MISSING = "missing"
    BROKEN = "broken"
    CUT_OFF = "cut off"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class LogFault:
    """A fault, and the sequence of the row where it shows."""

    sequence: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome: how many rows were read, the last of them, and what is wrong."""

    rows: int
    last: Head
    findings: tuple[LogFault, ...]


async def verify(connection: AsyncConnection, anchor: Head | None = None) -> Verification:
    """Read the whole log and check its chain.

    Args:
        connection: In a read transaction, so that nothing is appended meanwhile.
        anchor: A head that was exported earlier and kept where the database's owner cannot change it.
    """
    claimed = await repository.head(connection)
    findings: list[LogFault] = []
    last, rows, anchored = Head(0, GENESIS), 0, anchor is None or anchor.sequence == 0
    async for stored in repository.in_order(connection):
        findings.extend(_faults(last, stored))
        last, rows = Head(stored.entry.sequence, stored.hash), rows + 1
        anchored = anchored or last == anchor
    if claimed != last:
        findings.append(LogFault(max(claimed.sequence, last.sequence), Fault.CUT_OFF))
    if anchor is not None and not anchored:
        cut = anchor.sequence > last.sequence
        findings.append(LogFault(anchor.sequence, Fault.CUT_OFF if cut else Fault.REWRITTEN))
    return Verification(rows, last, tuple(dict.fromkeys(findings)))


def _faults(last: Head, stored: StoredEntry) -> list[LogFault]:
    entry, faults = stored.entry, []
    if entry.sequence != last.sequence + 1:
        faults.append(LogFault(last.sequence + 1, Fault.MISSING))
    if entry.previous_hash != last.hash:
        faults.append(LogFault(entry.sequence, Fault.BROKEN))
    if entry.hash != stored.hash:
        faults.append(LogFault(entry.sequence, Fault.CHANGED))
    return faults
