"""Finds rows of the audit log that were changed, deleted, inserted, reordered or cut off."""

from dataclasses import dataclass
from enum import Enum

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.audit import repository
from backoffice.audit.entries import GENESIS
from backoffice.audit.repository import Head, StoredEntry


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
    entry, found = stored.entry, []
    if entry.sequence != last.sequence + 1:
        found.append(LogFault(last.sequence + 1, Fault.MISSING))
    if entry.previous_hash != last.hash:
        found.append(LogFault(entry.sequence, Fault.BROKEN))
    if entry.hash != stored.hash:
        found.append(LogFault(entry.sequence, Fault.CHANGED))
    return found
