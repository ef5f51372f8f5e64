"""Publishes what a cell counts: the topic of cells as the store of counted weeks."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from backoffice.figures.cell_figures import CellFigures, message_of
from backoffice.figures.week_figures import WeekFigures
from backoffice.risk.figures.stored_figures import LEASE
from consumers.acknowledgements.message import CellRange
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.records.leases import Lease
from subgraphs.progress.models import OUTBOX

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


class SendFigures(Protocol):
    """Sends a message to the topic of cells."""

    async def __call__(self, message: CellFigures) -> None:
        """Send it; return once the brokers have it."""


@dataclass(slots=True)
class PublishedFigures:
    """Publishes the figures of a cell's weeks.

    The lease, which is renewed before each count, gives the count its number: the time by the clock of the
    cell's database. So the numbers grow also if another process takes over, after a move, and in a database
    that was restored.

    Attributes:
        database: The cell's database of progress, for the lease.
        clock: Product time.
        every: How often weeks are counted.
        holder: This process, for the lease.
    """

    database: Database
    cell: Cell
    send: SendFigures
    clock: Clock
    every: timedelta
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)
    _number: int = 0
    _counted: dict[str, dict[str, tuple[bool, datetime]]] = field(default_factory=dict)

    async def hold(self) -> bool:
        """Take or renew the lease, and take the number of the next count."""
        async with self.database.write() as connection:
            now = await self.clock.machine.at(connection)
            if not await self._lease.hold(connection, now, max(LEASE, 2 * self.every)):
                return False
        self._number = max(self._number + 1, (now - _START) // timedelta(microseconds=1))
        return True

    async def leave(self) -> None:
        """End the lease."""
        async with self.database.write() as connection:
            await self._lease.end(connection)

    async def counted(self, brand: str) -> Mapping[str, tuple[bool, datetime]]:
        """Return what this process has counted; after a start, all weeks are counted once."""
        return self._counted.get(brand, {})

    async def store(self, figures: WeekFigures, *, finished: bool) -> None:
        """Publish the figures of a week."""
        cell = CellRange(name=self.cell.name, first=self.cell.first, last=self.cell.last, of=self.cell.of)
        number, event_id = self._number, str(uuid.uuid4())
        await self.send(message_of(cell, figures, number=number, finished=finished, event_id=event_id))
        self._counted.setdefault(figures.brand, {})[figures.week.iso] = (finished, figures.as_of)

    @property
    def _lease(self) -> Lease:
        return Lease(OUTBOX.lease, "risk-figures", self.holder)
