"""The number of a cell's figures grows, whichever process counts and whatever was restored; on both engines."""

from datetime import datetime, timedelta

from backoffice.risk.figures.published_figures import PublishedFigures
from consumers.acknowledgements.message import CellRange
from storage.cells.cell import Cell
from storage.clock import ManualClock
from storage.database import Database
from subgraphs.progress.models import METADATA, OUTBOX
from tests.support.backoffice.backoffice_stand import NOW
from tests.support.database_probe import migrated


async def number_of_a_count(database: Database, at: datetime) -> int:
    """Return the number under which a process that has just started publishes."""
    cell = Cell("c1", 0, 11, 24)
    numbers: list[int] = []

    async def send(message: object) -> None:
        numbers.append(message.number)  # type: ignore[attr-defined] # figures

    figures = PublishedFigures(database, cell, send, ManualClock(at), timedelta(minutes=1))
    assert await figures.hold()
    await figures.leave()
    return figures._number
