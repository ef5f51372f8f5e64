"""The sum of what cells have counted equals a count over all, whatever became of the messages on the way."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from backoffice.consumer import CellsReducer, decode_cells
from backoffice.figures import repository
from backoffice.figures.cell_figures import CellFigures, cell_ages
from backoffice.figures.week_figures import WeekFigures
from backoffice.risk.figures.cell_counting import PublishedFigures
from backoffice.risk.figures.collector import FigureCollector
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.cells.cell import Cell
from subgraphs.kit.topics import CELLS_TOPIC
from subgraphs.progress.models import WEEK_CLOSING
from tests.backoffice.risk.made_weeks import weeks
from tests.backoffice.risk.risk_fixture import WEEK, CustomerWeek, RiskFixture, risk_fixture
from tests.support.long_form import LONG_FORM

CELLS = (Cell("c0", 0, 2, 12), Cell("c1", 3, 7, 12), Cell("c2", 8, 11, 12))
EVERY = timedelta(seconds=15)


@dataclass(frozen=True)
class Cells:
    """An installation without cells, whose back office also hears of three cells with the same customers.

    Attributes:
        sent: What the cells have sent.
    """

    whole: RiskFixture
    parts: tuple[RiskFixture, ...]
    sent: list[CellFigures]

    def collector(self, place: int) -> FigureCollector:
        """Return what counts a cell's weeks; each has a lease of its own."""
        risk_area = self.parts[place]

        async def send(message: CellFigures) -> None:
            self.sent.append(message)

        counter = risk_area.parts.counter
        figures = PublishedFigures(counter.databases.progress, CELLS[place], send, risk_area.clock, EVERY)
        return FigureCollector(figures, counter, EVERY)

    async def add(self, found: Sequence[CustomerWeek]) -> None:
        """Store customers in the whole, and in the cell that they belong to."""
        for risk_area, mine in [
            (self.whole, found),
            *zip(self.parts, map(self._of(found), CELLS), strict=True),
        ]:
            await risk_area.add(mine)

    async def take(self, found: Sequence[CustomerWeek]) -> None:
        """Store how often each reward was chosen, which is counted with the choices."""
        for risk_area, mine in [
            (self.whole, found),
            *zip(self.parts, map(self._of(found), CELLS), strict=True),
        ]:
            await risk_area.take("northbet", WEEK.iso, Counter(one.choice for one in mine if one.choice))

    @staticmethod
    def _of(found: Sequence[CustomerWeek]) -> Callable[[Cell], list[CustomerWeek]]:
        return lambda cell: [one for one in found if cell.has("northbet", one.customer)]

    async def count(self, place: int) -> None:
        """Count the week in a cell."""
        self.parts[place].clock.advance(timedelta(milliseconds=1))
        collector = self.collector(place)
        assert await collector.figures.hold()
        known = await self.parts[place].parts.counter.weeks("northbet")
        assert known is not None
        await collector.count(known, WEEK)
        await collector.figures.leave()

    async def hear(self, messages: Sequence[CellFigures]) -> None:
        """Apply messages in the back office, as its consumer does."""
        records = [
            Record(CELLS_TOPIC, 0, offset, one.key.encode(), msgspec.json.encode(one))
            for offset, one in enumerate(messages)
        ]
        async with self.whole.base.database.write() as connection:
            batch = [Message(record, decode_cells(record)) for record in records]
            await CellsReducer(self.whole.clock).apply(connection, batch)

    async def stored(self) -> dict[str, Any] | None:
        """Return the figures of the week as the screens read them, without times."""
        async with self.whole.base.database.read() as connection:
            week = await repository.week(connection, "northbet", WEEK.iso)
            money = await repository.money(connection, "northbet", [WEEK.iso])
            rewards = await repository.rewards_of(connection, "northbet", [WEEK.iso])
            curve = await repository.curve(connection, "northbet", [WEEK.iso])
        if week is None:
            return None
        return {
            "week": replace(week, as_of=WEEK.starts_at, seconds=0.0),
            "money": money,
            "rewards": {one.key: one for one in rewards.get(WEEK.iso, ())},
            "curve": curve,
        }

    async def counted_over_all(self) -> dict[str, Any] | None:
        """Return the same, counted by SQL over all customers."""
        known = await self.whole.parts.counter.weeks("northbet")
        assert known is not None
        await self.whole.parts.collector.count(known, WEEK)
        return await self.stored()

    async def clear(self) -> None:
        """Delete the customers, the figures and the messages."""
        self.sent.clear()
        await self.whole.clear()
        for risk_area in self.parts:
            await risk_area.clear()
            async with risk_area.parts.counter.databases.progress.write() as connection:
                await connection.execute(delete(WEEK_CLOSING))
        async with self.whole.parts.counter.databases.progress.write() as connection:
            await connection.execute(delete(WEEK_CLOSING))


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in which all examples run: opening databases for each would take most of the time."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def cells(loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    """Three cells, and an installation without cells."""
    folder: Path = tmp_path_factory.mktemp("cells")
    stack = AsyncExitStack()

    async def opened() -> Cells:
        whole, *parts = [
            await stack.enter_async_context(risk_fixture(f"sqlite+aiosqlite:///{folder}/{name}"))
            for name in ("whole", *(cell.name for cell in CELLS))
        ]
        return Cells(whole, tuple(parts), [])

    yield loop.run_until_complete(opened())
    loop.run_until_complete(stack.aclose())


async def close_week(risk_area: RiskFixture) -> None:
    """Close the week for everybody in a database."""
    row = {
        "brand_id": "northbet",
        "iso_week": WEEK.iso,
        "jurisdiction": "GB",
        "currency": "GBP",
        "opened_at": WEEK.starts_at,
        "closed_at": WEEK.ends_at,
        "confirmed_at": WEEK.ends_at,
    }
    async with risk_area.parts.counter.databases.progress.write() as connection:
        await connection.execute(insert(WEEK_CLOSING).values(row))


@settings(max_examples=600 if LONG_FORM else 12)
@given(found=weeks(), data=st.data())
@pytest.mark.timeout(1800 if LONG_FORM else 300)
def test_the_sum_of_the_cells_equals_sql_over_all(
    cells: Cells, loop: asyncio.AbstractEventLoop, found: list[CustomerWeek], data: st.DataObject
) -> None:
    """After losses, repetitions and reorderings of messages, as long as the last of each cell arrives."""

    async def run() -> None:
        await cells.clear()
        cut, closed = data.draw(st.integers(0, len(found))), data.draw(st.integers(0, 3))
        order = data.draw(st.lists(st.integers(0, 2), max_size=4))
        await cells.add(found[:cut])
        for place in order:
            await cells.count(place)
        await cells.add(found[cut:])
        await cells.take(found)
        for risk_area in cells.parts[:closed]:
            await close_week(risk_area)
        if closed == len(CELLS):
            await close_week(cells.whole)
        for place in data.draw(st.permutations(range(3))):
            await cells.count(place)
        last = cells.sent[-3:]
        kept = [one for one in cells.sent[:-3] if data.draw(st.booleans())] + last
        repeated = data.draw(st.lists(st.sampled_from(kept), max_size=5))
        messages = data.draw(st.permutations(kept + repeated))
        for start in range(0, len(messages), size := data.draw(st.integers(1, 5))):
            await cells.hear(messages[start : start + size])
        sums = await cells.stored()
        assert sums == await cells.counted_over_all()

    loop.run_until_complete(run())


def test_a_week_is_shown_only_once_all_partitions_are_counted(
    cells: Cells, loop: asyncio.AbstractEventLoop
) -> None:
    """After a split each partition counts once, and the sum waits until both halves have been counted."""

    async def run() -> None:
        await cells.clear()
        await cells.add([CustomerWeek(f"c-{number}", status="provisional") for number in range(30)])
        for place in range(3):
            await cells.count(place)
        c0, c1, c2 = cells.sent
        await cells.hear([c0, c2])
        assert await cells.stored() is None
        await cells.hear([c1])
        before = await cells.stored()
        assert before is not None
        assert before["week"].qualified == 30
        halves = [
            msgspec.structs.replace(
                one,
                number=c1.number + place,
                cell=msgspec.structs.replace(c1.cell, name=name, first=first, last=last),
                figures=empty(one.figures, qualified),
            )
            for place, (one, name, first, last, qualified) in enumerate(
                [(c1, "c1", 3, 4, 2), (c1, "c3", 5, 7, 5)], 1
            )
        ]
        await cells.hear([halves[1]])
        assert await cells.stored() == before
        await cells.hear([halves[0]])
        after = await cells.stored()
        assert after is not None
        assert after["week"].qualified == c0.figures.qualified + c2.figures.qualified + 2 + 5
        async with cells.whole.base.database.read() as connection:
            ages = await cell_ages(connection, "northbet")
        counts = [("c0", "0-2", c0), ("c1", "3-4", c1), ("c2", "8-11", c2), ("c3", "5-7", c1)]
        assert sorted((age.cell, age.partitions, age.as_of) for age in ages) == [
            (name, partitions, count.figures.as_of) for name, partitions, count in counts
        ]
        assert ages == sorted(ages, key=lambda one: one.as_of)

    loop.run_until_complete(run())


def empty(figures: WeekFigures, qualified: int) -> WeekFigures:
    """Return figures of a cell in which so many have qualified, and nothing else happened."""
    return replace(figures, qualified=qualified, rewards=(), money=())
