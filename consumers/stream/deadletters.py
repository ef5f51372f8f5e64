"""SQL of the dead letters: records that could not be applied, kept as they came."""

import base64
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.positions import Positions
from consumers.stream.records import Partition, Record
from storage.clock import Clock
from storage.columns import upsert

REASON_CHARACTERS: Final = 500
STATEMENT_BYTES: Final = 4 * 2**20
"""Of values in one statement: the database takes 16 MiB, and they travel as hexadecimal."""

RECENT: Final = timedelta(minutes=10)
"""Letters of this age still count towards the limit when the process starts anew."""

RELAYED: Final = Partition("dead_letter", 0, "published")
"""The position up to which the letters, by id, have been published.

Whoever stores letters locks it first, so that they become visible in the order of their ids.
"""


class Refused(NamedTuple):
    """A record that cannot be applied, and why."""

    record: Record
    reason: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A stored dead letter.

    Attributes:
        generation: the generation of the broker that it came from.
        stored_at: when it was found to be poison.
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

    async def store(self, connection: AsyncConnection, generation: str, refused: Sequence[Refused]) -> None:
        """Keeps records with the reason; a record that is there already stays as it is."""
        if not refused:
            return
        await self.positions.hold(connection, {RELAYED: 0})
        now = self.clock.now()
        for some in _by_size(sorted(refused, key=_origin)):
            rows = [
                {
                    "topic": record.topic,
                    "partition": record.partition,
                    "offset": record.offset,
                    "generation": generation,
                    "reason": _reason(reason),
                    "key": record.key,
                    "value": record.value,
                    "headers": [[name, _text(value)] for name, value in record.headers],
                    "produced_at": record.timestamp,
                    "stored_at": now,
                }
                for record, reason in some
            ]
            await connection.execute(upsert(self.dialect, self.table, rows))

    async def hold(self, connection: AsyncConnection, letter_id: int) -> DeadLetter | None:
        """One letter, locked until the transaction ends, or None."""
        query = select(self.table).where(self.table.c.id == letter_id).with_for_update()
        row = (await connection.execute(query)).one_or_none()
        return None if row is None else _dead_letter(row)

    async def recent(self, connection: AsyncConnection, limit: int) -> Mapping[str, int]:
        """How many of the newest letters came in the last minutes, by topic; counts at most so many."""
        table = self.table
        newest = select(table.c.topic, table.c.stored_at).order_by(table.c.id.desc()).limit(limit)
        since = self.clock.now() - RECENT
        return Counter(row.topic for row in await connection.execute(newest) if row.stored_at >= since)

    async def after(self, connection: AsyncConnection, letter_id: int, limit: int) -> list[DeadLetter]:
        """The letters that came after one, oldest first."""
        query = select(self.table).where(self.table.c.id > letter_id).order_by(self.table.c.id).limit(limit)
        return [_dead_letter(row) for row in await connection.execute(query)]

    async def ids_after(
        self, connection: AsyncConnection, letter_id: int, limit: int, topic: str | None
    ) -> Sequence[int]:
        """Which letters came after one, of one topic or all, oldest first."""
        table = self.table
        query = select(table.c.id).where(table.c.id > letter_id).order_by(table.c.id).limit(limit)
        rows = await connection.execute(query if topic is None else query.where(table.c.topic == topic))
        return rows.scalars().all()

    async def explain(self, connection: AsyncConnection, letter_id: int, reason: str) -> None:
        """Gives a letter another reason."""
        await connection.execute(
            update(self.table).where(self.table.c.id == letter_id).values(reason=_reason(reason))
        )

    async def remove(self, connection: AsyncConnection, letter_id: int) -> None:
        """Removes a letter whose record has been applied."""
        await connection.execute(delete(self.table).where(self.table.c.id == letter_id))


async def list_dead_letters(
    connection: AsyncConnection, table: Table, limit: int, topic: str | None = None
) -> list[DeadLetter]:
    """The newest dead letters, of one topic or all, newest first."""
    query = select(table).order_by(table.c.id.desc()).limit(limit)
    rows = await connection.execute(query if topic is None else query.where(table.c.topic == topic))
    return [_dead_letter(row) for row in rows]


async def show_dead_letter(connection: AsyncConnection, table: Table, letter_id: int) -> DeadLetter | None:
    """One dead letter, or None."""
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


def _reason(reason: str) -> str:
    """What the column holds: a reason quotes what it found, which may be long and hardly text."""
    return reason[:REASON_CHARACTERS].encode(errors="replace").decode()


def _origin(refused: Refused) -> tuple[str, int, int]:
    return (refused.record.topic, refused.record.partition, refused.record.offset)


def _by_size(refused: Sequence[Refused]) -> Iterator[list[Refused]]:
    """Runs of records of which each goes into one statement."""
    some: list[Refused] = []
    size = 0
    for one in refused:
        weight = len(one.record.value or b"")
        if some and size + weight > STATEMENT_BYTES:
            yield some
            some, size = [], 0
        some.append(one)
        size += weight
    yield some


def _text(value: bytes | None) -> str | None:
    """Base64: a header is bytes, the column JSON."""
    return None if value is None else base64.b64encode(value).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
