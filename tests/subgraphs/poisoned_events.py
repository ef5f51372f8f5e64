"""Markets whose results are to be told, of which one is poisoned."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from subgraphs.events.models import POSTPONED
from subgraphs.kit.domain.selections import market_id
from subgraphs.kit.durable_steps.postponed import PostponedItems
from tests.subgraphs.poisoned import LoopFixture, run_sql
from tests.support.events.block import events_block
from tests.support.events.told import market


@asynccontextmanager
async def results(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Cancelled markets; of one, the runners cannot be decoded."""
    async with events_block(f"sqlite+aiosqlite:///{folder}") as block:
        database = block.subgraph.database
        ids = [market_id("feed", str(number)) for number in range(len(poisoned))]
        cancelled = [market("feed", str(n), "1", 2000, status="cancelled") for n in range(len(poisoned))]
        await block.apply_together(*cancelled)
        for own_id, is_poisoned in zip(ids, poisoned, strict=True):
            if is_poisoned:
                await run_sql(database, "update market set runners = '{' where own_id = :id", id=own_id)

        async def done() -> set[int]:
            rows = await run_sql(database, "select key from outbox where topic = 'event.result.v1'")
            return {ids.index(row[0]) for row in rows}

        yield LoopFixture(PostponedItems(database, POSTPONED), block.upkeep.round, done, block.clock.advance)
