"""The number of a cell's figures grows, whichever process counts, and in a copy that was restored."""

from datetime import timedelta
from pathlib import Path

from backoffice.figures.cell_figures import CellFigures
from backoffice.figures.week_figures import WeekFigures
from backoffice.risk.figures.cell_counting import PublishedFigures
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import ManualClock
from subgraphs.club_kit.domain.weeks import week_named
from subgraphs.progress.models import METADATA
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import NOW

FIGURES = WeekFigures(
    brand="northbet",
    week=week_named("2026-W13", "Europe/London"),
    closed=False,
    seen=None,
    opted_in=1,
    qualified=0,
    chose=0,
    in_doubt=0,
    rewards=(),
    money=(),
    currencies=("GBP",),
    as_of=NOW,
)


async def number_sent(folder: Path, after: timedelta) -> int:
    """Count once, as a process that has just started on a database does; return the number of the message."""
    sent: list[CellFigures] = []

    async def send(message: CellFigures) -> None:
        sent.append(message)

    async with migrated(f"sqlite+aiosqlite:///{folder}", "progress", METADATA) as database:
        clock, cell = ManualClock(NOW + after), Cell("c1", 0, 11, 24)
        figures = PublishedFigures(database, cell, send, clock, timedelta(minutes=1))
        assert await figures.hold()
        await figures.store(FIGURES, finished=False)
        await figures.leave()
    return sent[0].number


async def test_a_later_count_has_a_greater_number_in_an_older_copy(tmp_path: Path) -> None:
    """Nothing in the database is needed for it: the copy has never counted."""
    first = await number_sent(tmp_path / "live", timedelta())
    second = await number_sent(tmp_path / "live", timedelta(milliseconds=1))
    restored = await number_sent(tmp_path / "older", timedelta(milliseconds=2))
    assert first < second < restored
