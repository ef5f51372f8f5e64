"""The rows of the audit log, each chained to the one before by its hash, and SQL over them.

Rows are inserted and read, and never updated or deleted.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, Row, String, Table, Text, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.audit.canonical_json import content_hash
from backoffice.metadata import METADATA
from foundation.same_fields import with_fields_of
from foundation.storage.columns import LONG_TEXT, Identifier, UtcDateTime, upsert

GENESIS: Final = "0" * 64
"""The `previous_hash` of the first row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One action, or one access to data.

    Attributes:
        sequence: Counts from 1.
        at: Machine time, UTC.
        user_id, person, name, session_id, address: Who, and from where.
        action: What, as `area.verb`.
        brand: The brand that it concerns; None if it concerns all or none.
        subject: What it was done to, as `kind:id`.
        before, after: Canonical JSON of the subject; None if there was or is none.
        reason: What the person gave as the reason.
        previous_hash: The hash of the row before.
    """

    sequence: int
    at: datetime
    user_id: str
    person: str
    name: str
    session_id: str
    address: str
    action: str
    brand: str | None
    subject: str
    before: str | None
    after: str | None
    reason: str | None
    previous_hash: str

    @property
    def hash(self) -> str:
        """Return the SHA-256 of all fields, in hexadecimal digits."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return content_hash(
            [
                self.sequence,
                at,
                self.user_id,
                self.person,
                self.name,
                self.session_id,
                self.address,
                self.action,
                self.brand,
                self.subject,
                self.before,
                self.after,
                self.reason,
                self.previous_hash,
            ]
        )


AUDIT_LOG = Table(
    "audit_log",
    METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", Identifier(64), nullable=False),
    Column("person", Identifier(254), nullable=False),
    Column("name", String(200), nullable=False),
    Column("session_id", Identifier(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("action", Identifier(100), nullable=False),
    Column("brand_id", Identifier(64), nullable=True),
    Column("subject", Identifier(255), nullable=False),
    Column("before", LONG_TEXT, nullable=True),
    Column("after", LONG_TEXT, nullable=True),
    Column("reason", Text, nullable=True),
    Column("previous_hash", Identifier(64), nullable=False),
    Column("hash", Identifier(64), nullable=False),
    Index("audit_log_brand", "brand_id", "sequence"),
    Index("audit_log_subject", "subject", "sequence"),
    Index("audit_log_user", "user_id", "sequence"),
    Index("audit_log_action", "action", "sequence"),
)
"""One row for each change and each access to personal data; rows are only ever inserted.

`sequence` counts from 1 without gaps. `hash` covers the row and `previous_hash`, the hash of the row before.
`before` and `after` are canonical JSON."""

AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", Identifier(64), nullable=False),
)
"""One row: the last row of the log. Its lock puts writers in one order."""


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
    entry = with_fields_of(Entry, row, brand=row.brand_id)
    return StoredEntry(entry, row.hash)
