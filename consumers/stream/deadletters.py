"""SQL of the dead letters: records that could not be applied, kept as they came."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.records import Record
from subgraphs.kit.clock import Clock
from subgraphs.kit.columns import upsert

REASON_CHARACTERS = 500


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
    """Writes to the dead-letter table of one subgraph's database."""

    table: Table
    dialect: str
    clock: Clock

    async def store(
        self, connection: AsyncConnection, generation: str, refused: Sequence[tuple[Record, str]]
    ) -> None:
        """Keeps records with the reason; a record that is there already stays as it is."""
        if not refused:
            return
        now = self.clock.now()
        rows = [
            {
                "topic": record.topic,
                "partition": record.partition,
                "offset": record.offset,
                "generation": generation,
                "reason": reason[:REASON_CHARACTERS],
                "key": record.key,
                "value": record.value,
                "headers": [[name, _text(value)] for name, value in record.headers],
                "produced_at": record.timestamp,
                "stored_at": now,
            }
            for record, reason in sorted(refused, key=lambda pair: pair[0].offset)
        ]
        await connection.execute(upsert(self.dialect, self.table, rows))


async def list_dead_letters(connection: AsyncConnection, table: Table, limit: int) -> list[DeadLetter]:
    """The newest dead letters, newest first."""
    rows = await connection.execute(select(table).order_by(table.c.id.desc()).limit(limit))
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


def _text(value: bytes | None) -> str | None:
    """Base64: a header is bytes, the column JSON."""
    return None if value is None else base64.b64encode(value).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
