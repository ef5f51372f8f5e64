"""A worker of a cell while it is fenced: it waits, and goes on when the cell is open again."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import update

from cells.claim import claim, without_fence
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.topic_plans import KEYED_TOPICS, MESSAGES
from furlong.workers.outbox_worker import OUTBOXES, run_outbox_worker
from subgraphs.block_list import SUBGRAPHS
from subgraphs.kit.records.outbox_relay import OutboxStatus
from tests.support.database_probe import migrate

PATIENCE_SECONDS = 180.0


async def set_state(settings: DatabaseSettings, state: str) -> None:
    """Fence all databases of a cell, or open them again."""
    for name in SUBGRAPHS:
        database = Database.open(without_fence(settings), name)
        async with database.write() as connection:
            await connection.execute(update(METADATA[name].tables["cell"]).values(state=state))
        await database.close()


async def until(holds: Callable[[], bool], worker: asyncio.Task[None]) -> None:
    """Wait for a condition while a worker runs."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            assert not worker.done(), worker
            await asyncio.sleep(0.02)


async def write_fact(settings: DatabaseSettings, name: str) -> None:
    """Put a fact into an outbox."""
    database = Database.open(settings, name)
    async with database.write() as connection:
        values = {"topic": "club.choice.v1", "key": "northbet:c-1", "value": "{}", "headers": {}}
        outbox = METADATA[name].tables["outbox"]
        await connection.execute(outbox.insert().values(**values, written_at=SystemClock().now()))
    await database.close()


async def test_the_outbox_worker_outlives_a_fence(
    embedded_broker: EmbeddedBroker, celled: Callable[..., DatabaseSettings], tmp_path: Path
) -> None:
    """It reports the databases as away, ends with no error, and publishes once the cell is open again."""
    settings = celled(f"sqlite+aiosqlite:///{tmp_path}", "c1", "2-3")
    for name in SUBGRAPHS:
        await migrate(without_fence(settings), name, METADATA[name])
    await claim(settings, SUBGRAPHS, KEYED_TOPICS)
    for name in OUTBOXES:
        await write_fact(settings, name)
    await set_state(settings, "fenced")
    await asyncio.to_thread(embedded_broker.create_topics, [plan.name for plan in MESSAGES])
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    statuses = {name: OutboxStatus() for name in OUTBOXES}
    worker = asyncio.create_task(run_outbox_worker(settings, stream, statuses))
    try:
        await until(lambda: all(status.database for status in statuses.values()), worker)
        await set_state(settings, "open")
        await until(lambda: all(status.published for status in statuses.values()), worker)
        assert {status.published for status in statuses.values()} == {1}
    finally:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
