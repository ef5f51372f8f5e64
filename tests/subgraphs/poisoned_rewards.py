"""Rewards that are to be paid, of which one is poisoned."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from foundation.storage.settings import DatabaseSettings
from subgraphs.fulfilment.models import METADATA, POSTPONED
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.durable_steps.postponed import PostponedItems
from tests.subgraphs.poisoned import LoopFixture, run_sql
from tests.support.database_probe import migrate
from tests.support.fulfilment.payout_harness import open_harness


@asynccontextmanager
async def rewards(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Rewards of customers; of one, the state is none."""
    url = f"sqlite+aiosqlite:///{folder}"
    await migrate(DatabaseSettings(url=url), "fulfilment", METADATA)
    async with open_harness(url, folder, kinds=("sportsbook",)) as harness:
        for number, is_poisoned in enumerate(poisoned):
            await harness.owe(f"c-{number}")
            if is_poisoned:
                wrong = "update fulfilment set state = '?' where customer_id = :name"
                await run_sql(harness.database, wrong, name=f"c-{number}")
        process = harness.open()

        async def again() -> None:
            await harness.run_worker(process)

        async def done() -> set[int]:
            healthy = [number for number, is_poisoned in enumerate(poisoned) if not is_poisoned]
            credited = FulfilmentState.CREDITED
            return {number for number in healthy if await harness.state(f"c-{number}") is credited}

        yield LoopFixture(PostponedItems(harness.database, POSTPONED), again, done, harness.clock.advance)
