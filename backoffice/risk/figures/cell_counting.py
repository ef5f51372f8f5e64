"""Counts the weeks of a cell for the back office, and publishes the figures; without cells, nothing runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from backoffice.figures.cell_figures import CellFigures
from backoffice.risk.figures.collector import FigureCollector
from backoffice.risk.figures.counting import WeekCounter
from backoffice.risk.figures.published_figures import PublishedFigures
from backoffice.settings import RiskSettings
from consumers.acknowledgements.message import CELLS_PARTITION, CELLS_TOPIC
from consumers.stream.settings import StreamSettings
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings

log = structlog.get_logger(__name__)
REST_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class KafkaFigures:
    """Sends figures to the topic of cells."""

    producer: AIOKafkaProducer

    async def __call__(self, message: CellFigures) -> None:
        """Send a message; return once the brokers have it."""
        await self.producer.send_and_wait(
            CELLS_TOPIC,
            msgspec.json.encode(message),
            key=message.key.encode(),
            headers=[("schema", message.schema.encode()), ("event_id", message.event_id.encode())],
            partition=CELLS_PARTITION,
        )


@asynccontextmanager
async def counting_cell(
    settings: DatabaseSettings, stream: StreamSettings | None, clock: Clock
) -> AsyncIterator[None]:
    """Count the weeks of this process's cell while the block runs."""
    cell = settings.cell.own()
    if cell is None or stream is None:
        yield
        return
    stop = asyncio.Event()
    running = asyncio.create_task(_count(settings, stream, clock, cell, stop), name="figures of the cell")
    try:
        yield
    finally:
        stop.set()
        await running


async def _count(
    settings: DatabaseSettings, stream: StreamSettings, clock: Clock, cell: Cell, stop: asyncio.Event
) -> None:
    every = timedelta(seconds=RiskSettings().count_seconds)
    async with AsyncExitStack() as stack:
        databases = [Database.open(settings, name) for name in ("club", "fulfilment", "progress", "rewards")]
        for database in databases:
            stack.push_async_callback(database.close)
        club, fulfilment, progress, rewards = databases
        producer = AIOKafkaProducer(bootstrap_servers=stream.bootstrap, acks="all")
        stack.push_async_callback(producer.stop)
        if await _started(producer, stop):
            figures = PublishedFigures(progress, cell, KafkaFigures(producer), clock, every)
            counter = WeekCounter(club, fulfilment, progress, rewards, clock)
            await FigureCollector(figures, counter, every).run(stop)


async def _started(producer: AIOKafkaProducer, stop: asyncio.Event) -> bool:
    """Connect, again and again until it succeeds; return False if the process is to stop."""
    while not stop.is_set():
        try:
            await producer.start()
        except (KafkaError, OSError) as fault:
            log.warning("figures_wait_for_kafka", error=type(fault).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(REST_SECONDS):
                    await stop.wait()
        else:
            return True
    return False
