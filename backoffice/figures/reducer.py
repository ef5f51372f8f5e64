"""Applies what cells have counted: keeps the newest message of each cell's week, and stores the sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.figures import repository
from backoffice.figures.message import CellFigures
from backoffice.figures.models import RISK_CELL
from backoffice.figures.sums import newest_of_cells, summed
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import Clock
from foundation.storage.columns import upsert

CellWeek = tuple[str, str]
"""Brand and week."""


@dataclass(frozen=True, slots=True)
class FiguresReducer:
    """Applies batches of figures; lost, repeated and reordered messages do no harm."""

    clock: Clock

    async def apply(self, connection: AsyncConnection, messages: Sequence[Message[CellFigures]]) -> Outcome:
        """Store the newest figures of each cell, and the sums of the weeks that changed."""
        weeks = sorted({(one.event.brand_id, one.event.iso_week) for one in messages})
        conflicts: list[Record] = []
        changed = 0
        for week in weeks:
            stored = await stored_figures(connection, *week)
            newest = {one.cell.name: one for one in stored}
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
            fresh = [one for one in newest.values() if one not in stored]
            if fresh:
                await self._store(connection, fresh, list(newest.values()))
        return Outcome(stale=len(messages) - changed - len(conflicts), conflicts=conflicts)

    async def _store(
        self, connection: AsyncConnection, fresh: Sequence[CellFigures], newest: Sequence[CellFigures]
    ) -> None:
        now = self.clock.machine.now()
        rows = [_row(one, now) for one in sorted(fresh, key=lambda one: one.cell.name)]
        columns = [column.name for column in RISK_CELL.columns if not column.primary_key]
        await connection.execute(upsert(connection.dialect.name, RISK_CELL, rows, update=columns))
        if (figures := summed(newest)) is not None:
            finished = all(one.finished for one in newest_of_cells(newest))
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
