"""What the week workers of two cells count arrives in the back office as one sum."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from prometheus_client import CollectorRegistry

from backoffice.consumer import create_consumer
from backoffice.figures import repository
from backoffice.figures.repository import StoredWeek
from backoffice.risk.figures.cell_counting import counting_cell
from cells.claim import claim
from consumers.stream.settings import StreamSettings
from foundation.storage.settings import CellSettings, DatabaseSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.topic_plans import KEYED_TOPICS
from tests.backoffice.risk.risk_fixture import WEEK, CustomerWeek, RiskFixture, risk_fixture

PATIENCE_SECONDS = 180.0
RANGES = {"c0": "0-1", "c1": "2-3"}


async def stored(risk_area: RiskFixture) -> StoredWeek | None:
    """Return the week as the back office stored it."""
    async with risk_area.base.database.read() as connection:
        return await repository.week(connection, "northbet", WEEK.iso)


async def appeared(risk_area: RiskFixture) -> StoredWeek:
    """Wait until the back office has stored the week, and return it."""
    while True:
        if week := await stored(risk_area):
            return week
        await asyncio.sleep(0.05)


async def _ended(task: asyncio.Task[None]) -> None:
    await asyncio.gather(task, return_exceptions=True)


async def test_two_cells_count_for_one_back_office(embedded_broker: EmbeddedBroker, tmp_path: Path) -> None:
    """Each counts its own customers; nothing is shown before both have counted."""
    await asyncio.to_thread(embedded_broker.create_topics, ["club.cells.v1"])
    stream = StreamSettings(
        bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation, poll_seconds=0.1
    )
    async with AsyncExitStack() as stack:
        stands = {
            name: await stack.enter_async_context(risk_fixture(f"sqlite+aiosqlite:///{tmp_path / name}"))
            for name in ("backoffice", *RANGES)
        }
        office = stands["backoffice"]
        consumer = create_consumer(office.base.settings, stream, CollectorRegistry(), office.clock)
        running = asyncio.create_task(consumer.run())
        stack.push_async_callback(_ended, running)
        stack.push_async_callback(consumer.stop)
        for place, (name, partitions) in enumerate(RANGES.items()):
            cell = CellSettings(cell=name, cell_partitions=partitions, cell_of=4)
            settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path / name}", cell=cell)
            mine = [CustomerWeek(f"c-{name}-{number}", status="provisional") for number in range(2 + place)]
            await stands[name].add(mine)
            await claim(settings, ("club", "fulfilment", "progress", "rewards"), KEYED_TOPICS)
            assert await stored(office) is None
            await stack.enter_async_context(counting_cell(settings, stream, office.clock))
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert (await appeared(office)).qualified == 2 + 3
