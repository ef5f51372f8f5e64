"""SQL over the audit log: it inserts and reads, and never updates or deletes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.audit.entries import GENESIS, Entry
from backoffice.audit.models import AUDIT_HEAD, AUDIT_LOG
from foundation.storage.columns import upsert

PAGE: Final = 1000
HEAD: Final = 1


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of the log; sequence 0 and `GENESIS` before the first."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A row as it is stored, with the hash that it was given."""

    entry: Entry
    hash: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows to show; None does not restrict.

    Attributes:
        brands: Rows of these brands only; rows without a brand are shown only if this is None.
    """

    brands: frozenset[str] | None = None
    user_id: str | None = None
    action: str | None = None
    subject: str | None = None


# These statements are built once, and get their values as parameters: the log is written for each look.
_READ_HEAD: Final = (
    select(AUDIT_HEAD.c.sequence, AUDIT_HEAD.c.hash).where(AUDIT_HEAD.c.id == HEAD).with_for_update()
)
_APPEND: Final = insert(AUDIT_LOG)
_MOVE_HEAD: Final = update(AUDIT_HEAD).where(AUDIT_HEAD.c.id == HEAD)


async def locked_head(connection: AsyncConnection) -> Head:
    """Return the head, locked until the transaction ends, so that writers are serialized."""
    row = (await connection.execute(_READ_HEAD)).first()
    if row is None:
        first = [{"id": HEAD, "sequence": 0, "hash": GENESIS}]
        await connection.execute(upsert(connection.dialect.name, AUDIT_HEAD, first))
        row = (await connection.execute(_READ_HEAD)).one()
    return Head(row.sequence, row.hash)


async def head(connection: AsyncConnection) -> Head:
    """Return the head."""
    row = (await connection.execute(select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == HEAD))).first()
    return Head(0, GENESIS) if row is None else Head(row.sequence, row.hash)


async def append(connection: AsyncConnection, entry: Entry) -> None:
    """Insert a row after the locked head, and move the head."""
    own_hash = entry.hash
    await connection.execute(_APPEND, {**_columns(entry), "hash": own_hash})
    await connection.execute(_MOVE_HEAD, {"sequence": entry.sequence, "hash": own_hash})


async def in_order(connection: AsyncConnection, after: int = 0) -> AsyncIterator[StoredEntry]:
    """Yield the rows after a sequence in their order, read in pages."""
    while True:
        query = select(AUDIT_LOG).where(AUDIT_LOG.c.sequence > after).order_by(AUDIT_LOG.c.sequence)
        rows = (await connection.execute(query.limit(PAGE))).all()
        for row in rows:
            yield _stored(row)
        if len(rows) < PAGE:
            return
        after = rows[-1].sequence


async def newest_first(
    connection: AsyncConnection, wanted: AuditFilter, first: int, before: int | None
) -> Sequence[StoredEntry]:
    """Return up to `first` rows before a sequence, newest first."""
    c = AUDIT_LOG.c
    query = select(AUDIT_LOG)
    if before is not None:
        query = query.where(c.sequence < before)
    if wanted.brands is not None:
        query = query.where(c.brand_id.in_(sorted(wanted.brands)))
    for column, value in (
        (c.user_id, wanted.user_id),
        (c.action, wanted.action),
        (c.subject, wanted.subject),
    ):
        if value is not None:
            query = query.where(column == value)
    rows = await connection.execute(query.order_by(c.sequence.desc()).limit(first))
    return [_stored(row) for row in rows]


def _columns(entry: Entry) -> Mapping[str, Any]:
    return {
        "sequence": entry.sequence,
        "at": entry.at,
        "user_id": entry.user_id,
        "person": entry.person,
        "name": entry.name,
        "session_id": entry.session_id,
        "address": entry.address,
        "action": entry.action,
        "brand_id": entry.brand,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        "previous_hash": entry.previous_hash,
    }


def _stored(row: Row[Any]) -> StoredEntry:
    entry = Entry(
        sequence=row.sequence,
        at=row.at,
        user_id=row.user_id,
        person=row.person,
        name=row.name,
        session_id=row.session_id,
        address=row.address,
        action=row.action,
        brand=row.brand_id,
        subject=row.subject,
        before=row.before,
        after=row.after,
        reason=row.reason,
        previous_hash=row.previous_hash,
    )
    return StoredEntry(entry, row.hash)
