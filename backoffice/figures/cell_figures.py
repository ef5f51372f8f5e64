"""What cells have counted: their messages, the newest of each kept and summed, and how old the sums are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.figures import repository
from backoffice.figures.models import RISK_CELL, RISK_WEEK
from backoffice.figures.week_figures import WeekFigures, sum_money, sum_rewards
from consumers.acknowledgements.message import SCHEMA, CellRange
from consumers.messages.fields import EventId, IsoWeek, require_utc
from consumers.messages.reader import BrandEnvelope, Reader
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import Clock
from foundation.storage.columns import upsert

KIND: Final = "figures"


class CellFigures(BrandEnvelope, frozen=True, kw_only=True):
    """What a cell has counted of one week of a brand: absolute, never a difference.

    Of several messages about one week of one cell, that of the greatest `number` is valid.

    Attributes:
        number: Microseconds of the clock of the cell's database when the count began.
        cell: The cell, with the partitions whose customers were counted.
        finished: Whether nothing of the week can change any more.
    """

    event_id: EventId
    kind: Literal["figures"] = "figures"
    number: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    cell: CellRange
    iso_week: IsoWeek
    finished: bool
    figures: WeekFigures

    def __post_init__(self) -> None:
        """Refuse figures of another week or brand than the message's, and times that are not in UTC."""
        week = self.figures.week
        require_utc(starts_at=week.starts_at, ends_at=week.ends_at, as_of=self.figures.as_of)
        if (self.figures.brand, self.figures.week.iso) != (self.brand_id, self.iso_week):
            raise ValueError("the figures are of another week")

    @property
    def key(self) -> str:
        """Return the record's key."""
        return f"{self.cell.name}:{self.kind}:{self.brand_id}:{self.iso_week}"


def message_of(
    cell: CellRange, figures: WeekFigures, *, number: int, finished: bool, event_id: str
) -> CellFigures:
    """Return the message of a counted week."""
    return CellFigures(
        schema=SCHEMA,
        event_id=event_id,
        brand_id=figures.brand,
        number=number,
        cell=cell,
        iso_week=figures.week.iso,
        finished=finished,
        figures=figures,
    )


_READER: Final = Reader("club.cells", msgspec.json.Decoder(CellFigures), lambda figures: figures.key)


def decode_figures(record: Record) -> CellFigures:
    """Return the figures in a record.

    Raises:
        Poison: The record has none.
    """
    return _READER.read(record)


def newest_of_cells(messages: Iterable[CellFigures]) -> list[CellFigures]:
    """Return the messages to sum; none until all partitions have been counted.

    Each partition is counted once, by the newest message that has it. After a split or a merge of cells, the
    sum waits until the new ranges have been counted.
    """
    newest = sorted(messages, key=lambda message: message.number, reverse=True)
    chosen: list[CellFigures] = []
    left = set(range(newest[0].cell.of)) if newest else set()
    for message in newest:
        mine = set(range(message.cell.first, message.cell.last + 1))
        if mine <= left:
            chosen.append(message)
            left -= mine
    return [] if left else chosen


def summed(messages: Iterable[CellFigures]) -> WeekFigures | None:
    """Return the sum of the newest figures of all cells; None until all partitions have been counted.

    It is closed when it is closed everywhere, and as old as its oldest part.
    """
    parts = [part.figures for part in newest_of_cells(messages)]
    if not parts:
        return None
    return WeekFigures(
        brand=parts[0].brand,
        week=parts[0].week,
        closed=all(part.closed for part in parts),
        seen=sum(part.seen or 0 for part in parts) or None,
        opted_in=sum(part.opted_in for part in parts),
        qualified=sum(part.qualified for part in parts),
        chose=sum(part.chose for part in parts),
        in_doubt=sum(part.in_doubt for part in parts),
        rewards=sum_rewards(reward for part in parts for reward in part.rewards),
        money=sum_money(money for part in parts for money in part.money),
        currencies=tuple(sorted({currency for part in parts for currency in part.currencies})),
        as_of=min(part.as_of for part in parts),
        seconds=max(part.seconds for part in parts),
    )


CellWeek = tuple[str, str]
"""Brand and week."""


@dataclass(frozen=True, slots=True)
class FiguresReducer:
    """Applies batches of figures; lost, repeated and reordered messages do no harm."""

    clock: Clock

    async def apply(self, connection: AsyncConnection, messages: Sequence[Message[CellFigures]]) -> Outcome:
        """Store the newest figures of each cell, and the sums of the weeks that changed."""
        weeks = sorted({(message.event.brand_id, message.event.iso_week) for message in messages})
        conflicts: list[Record] = []
        changed = 0
        for week in weeks:
            stored = await stored_figures(connection, *week)
            newest = {message.cell.name: message for message in stored}
            for message in messages:
                event = message.event
                if (event.brand_id, event.iso_week) != week:
                    continue
                known = newest.get(event.cell.name)
                if known is None or event.number > known.number:
                    newest[event.cell.name] = event
                    changed += 1
                elif event.number == known.number and event.figures != known.figures:
                    conflicts.append(message.record)
            fresh = [message for message in newest.values() if message not in stored]
            if fresh:
                await self._store(connection, fresh, list(newest.values()))
        return Outcome(stale=len(messages) - changed - len(conflicts), conflicts=conflicts)

    async def _store(
        self, connection: AsyncConnection, fresh: Sequence[CellFigures], newest: Sequence[CellFigures]
    ) -> None:
        now = self.clock.machine.now()
        rows = [_row(message, now) for message in sorted(fresh, key=lambda message: message.cell.name)]
        columns = [column.name for column in RISK_CELL.columns if not column.primary_key]
        await connection.execute(upsert(connection.dialect.name, RISK_CELL, rows, update=columns))
        if (figures := summed(newest)) is not None:
            finished = all(part.finished for part in newest_of_cells(newest))
            await repository.store(connection, figures, finished=finished)


async def stored_figures(connection: AsyncConnection, brand: str, iso_week: str) -> list[CellFigures]:
    """Return the newest figures of each cell for a week."""
    c = RISK_CELL.c
    rows = await connection.execute(
        select(RISK_CELL).where(c.brand_id == brand, c.iso_week == iso_week).order_by(c.cell)
    )
    return [_message(row) for row in rows]


def _row(message: CellFigures, now: datetime) -> dict[str, Any]:
    return {
        "brand_id": message.brand_id,
        "iso_week": message.iso_week,
        "cell": message.cell.name,
        "number": message.number,
        "message": msgspec.json.decode(msgspec.json.encode(message)),
        "received_at": now,
    }


def _message(row: Row[Any]) -> CellFigures:
    return msgspec.convert(row.message, CellFigures)


@dataclass(frozen=True, slots=True)
class CellAge:
    """A cell, and the oldest of its counts that is part of a sum.

    Attributes:
        partitions: The range whose customers were counted, such as `6-11`.
    """

    cell: str
    partitions: str
    as_of: datetime


async def cell_ages(connection: AsyncConnection, brand: str) -> list[CellAge]:
    """Return the cells whose counts make up a brand's sums of weeks that may still change, the oldest first.

    Without cells there are none.
    """
    c = RISK_WEEK.c
    weeks = await connection.scalars(select(c.iso_week).where(c.brand_id == brand, c.finished.is_(False)))
    ages: dict[tuple[str, str], datetime] = {}
    for iso_week in weeks.all():
        for part in newest_of_cells(await stored_figures(connection, brand, iso_week)):
            key = (part.cell.name, f"{part.cell.first}-{part.cell.last}")
            ages[key] = min(ages.get(key, part.figures.as_of), part.figures.as_of)
    return sorted((CellAge(*key, as_of) for key, as_of in ages.items()), key=lambda age: age.as_of)
