"""Dead letters: records that could not be applied, stored as received; too many stop a consumer."""

import base64
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.database.positions import Positions
from consumers.stream.errors import TooManyDeadLetters
from consumers.stream.records import Partition, Record
from foundation.storage.clock import Clock
from foundation.storage.columns import upsert

REASON_CHARACTERS: Final = 500
STATEMENT_BYTES: Final = 4 * 2**20
"""The most bytes of values in one statement: the database accepts 16 MiB, and values are sent as hex."""

RECENT: Final = timedelta(minutes=10)
"""Letters younger than this still count towards the limit when the process restarts."""

RELAY_POSITION: Final = Partition("dead_letter", 0, "published")
"""The position that holds the id of the last published letter.

A transaction that stores letters locks it first, so that letters become visible in the order of their ids.
"""


class RejectedRecord(NamedTuple):
    """A record that cannot be applied, and why."""

    record: Record
    reason: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A stored dead letter.

    Attributes:
        generation: The broker generation that the record came from.
        stored_at: When the record was found to be poison.
    """

    id: int
    generation: str
    reason: str
    record: Record
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The dead-letter table of one subgraph's database."""

    table: Table
    dialect: str
    clock: Clock
    positions: Positions

    async def store(
        self, connection: AsyncConnection, generation: str, refused: Sequence[RejectedRecord]
    ) -> None:
        """Store records with the reason; a record that is stored already stays as it is."""
        if not refused:
            return
        await self.positions.lock(connection, {RELAY_POSITION: 0})
        now = self.clock.now()
        for chunk in _chunks(sorted(refused, key=_origin)):
            rows = [
                {
                    "topic": record.topic,
                    "partition": record.partition,
                    "offset": record.offset,
                    "generation": generation,
                    "reason": _stored_reason(reason),
                    "key": record.key,
                    "value": record.value,
                    "headers": [[name, _text(value)] for name, value in record.headers],
                    "produced_at": record.timestamp,
                    "stored_at": now,
                }
                for record, reason in chunk
            ]
            await connection.execute(upsert(self.dialect, self.table, rows))

    async def lock(self, connection: AsyncConnection, letter_id: int) -> DeadLetter | None:
        """Lock a letter until the transaction ends, and return it, or None if there is none."""
        query = select(self.table).where(self.table.c.id == letter_id).with_for_update()
        row = (await connection.execute(query)).one_or_none()
        return None if row is None else _dead_letter(row)

    async def recent(self, connection: AsyncConnection, limit: int) -> Mapping[str, int]:
        """Return how many letters each topic got in the last minutes, counting at most `limit` letters."""
        table = self.table
        newest = select(table.c.topic, table.c.stored_at).order_by(table.c.id.desc()).limit(limit)
        since = self.clock.now() - RECENT
        return Counter(row.topic for row in await connection.execute(newest) if row.stored_at >= since)

    async def after(self, connection: AsyncConnection, letter_id: int, limit: int) -> list[DeadLetter]:
        """Return the letters that were stored after one, oldest first."""
        query = select(self.table).where(self.table.c.id > letter_id).order_by(self.table.c.id).limit(limit)
        return [_dead_letter(row) for row in await connection.execute(query)]

    async def ids_after(
        self, connection: AsyncConnection, letter_id: int, limit: int, topic: str | None
    ) -> Sequence[int]:
        """Return the ids of the letters stored after one, for one topic or all, oldest first."""
        table = self.table
        query = select(table.c.id).where(table.c.id > letter_id).order_by(table.c.id).limit(limit)
        rows = await connection.execute(query if topic is None else query.where(table.c.topic == topic))
        return rows.scalars().all()

    async def reasons_after(
        self, connection: AsyncConnection, letter_id: int, limit: int
    ) -> Sequence[tuple[int, str]]:
        """Return the ids and reasons of the letters that were stored after one, oldest first."""
        table = self.table
        query = select(table.c.id, table.c.reason).where(table.c.id > letter_id).order_by(table.c.id)
        return [(row.id, row.reason) for row in await connection.execute(query.limit(limit))]

    async def set_reason(self, connection: AsyncConnection, letter_id: int, reason: str) -> None:
        """Replace the reason of a letter."""
        await connection.execute(
            update(self.table).where(self.table.c.id == letter_id).values(reason=_stored_reason(reason))
        )

    async def remove(self, connection: AsyncConnection, letter_id: int) -> None:
        """Remove a letter whose record has been applied."""
        await connection.execute(delete(self.table).where(self.table.c.id == letter_id))


async def list_dead_letters(
    connection: AsyncConnection, table: Table, limit: int, topic: str | None = None, before: int | None = None
) -> list[DeadLetter]:
    """Return the newest dead letters of one topic or all, newest first; those before one with `before`."""
    query = select(table).order_by(table.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(table.c.id < before)
    rows = await connection.execute(query if topic is None else query.where(table.c.topic == topic))
    return [_dead_letter(row) for row in rows]


async def show_dead_letter(connection: AsyncConnection, table: Table, letter_id: int) -> DeadLetter | None:
    """Return a dead letter, or None if there is none."""
    row = (await connection.execute(select(table).where(table.c.id == letter_id))).one_or_none()
    return _dead_letter(row) if row is not None else None


def _dead_letter(row: Any) -> DeadLetter:
    record = Record(
        topic=row.topic,
        partition=row.partition,
        offset=row.offset,
        key=row.key,
        value=row.value,
        headers=tuple((name, _bytes(text)) for name, text in row.headers),
        timestamp=row.produced_at,
    )
    return DeadLetter(row.id, row.generation, row.reason, record, row.stored_at)


def _stored_reason(reason: str) -> str:
    """Return a reason that fits the column: quoted values may be long or invalid text."""
    return reason[:REASON_CHARACTERS].encode(errors="replace").decode()


def _origin(refused: RejectedRecord) -> tuple[str, int, int]:
    return (refused.record.topic, refused.record.partition, refused.record.offset)


def _chunks(refused: Sequence[RejectedRecord]) -> Iterator[list[RejectedRecord]]:
    """Yield the records in lists that each fit into one statement."""
    chunk: list[RejectedRecord] = []
    chunk_bytes = 0
    for refusal in refused:
        value_bytes = len(refusal.record.value or b"")
        if chunk and chunk_bytes + value_bytes > STATEMENT_BYTES:
            yield chunk
            chunk, chunk_bytes = [], 0
        chunk.append(refusal)
        chunk_bytes += value_bytes
    yield chunk


def _text(value: bytes | None) -> str | None:
    """Encode a header in Base64: it is bytes, but the column is JSON."""
    return None if value is None else base64.b64encode(value).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


@dataclass(frozen=True, slots=True)
class DeadLetterLimit:
    """A leaky bucket for each topic: each dead letter adds one, each record drains `share`.

    A topic may therefore always hold that share of poison, and `most` dead letters at once. The buckets start
    with the dead letters of the last minutes, so that a supervisor that keeps restarting the process does not
    drain the topic either.

    Attributes:
        most: The capacity of a bucket.
        share: How much each record drains.
    """

    most: int
    share: float
    _levels: dict[str, float] = field(default_factory=dict)

    def restore(self, recent: Mapping[str, int]) -> None:
        """Fill unused buckets with the number of recent dead letters of each topic."""
        for topic, letters in recent.items():
            self._levels.setdefault(topic, letters)

    def check(self, topic: str, records: int, dead: Sequence[RejectedRecord]) -> None:
        """Check that a batch may be committed.

        Raises:
            TooManyDeadLetters: The batch's dead letters exceed the limit.
        """
        if dead and self._level_after(topic, records, len(dead)) > self.most:
            record, reason = dead[-1]
            before = self._levels.get(topic, 0.0)
            raise TooManyDeadLetters(
                f"{topic}: {len(dead)} of {records} records are poison, after {before:.0f} recent ones; "
                f"the last is at {record.partition}/{record.offset}: {reason}"
            )

    def record(self, topic: str, records: int, dead: int) -> None:
        """Count a batch that was committed."""
        self._levels[topic] = self._level_after(topic, records, dead)

    def _level_after(self, topic: str, records: int, dead: int) -> float:
        return max(0.0, self._levels.get(topic, 0.0) + dead - self.share * records)
