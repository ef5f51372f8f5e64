"""Counts the weeks of a cell for the back office, and publishes the figures; without cells, nothing runs.

The topic of cells is the store of what was counted.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from backoffice.figures.cell_figures import CellFigures, message_of
from backoffice.figures.week_figures import WeekFigures
from backoffice.risk.figures.collector import LEASE, FigureCollector
from backoffice.risk.figures.counting import WeekCounter
from backoffice.settings import RiskSettings
from backoffice.subgraph_databases import SubgraphDatabases
from consumers.acknowledgements.message import CELLS_PARTITION, CellRange
from consumers.stream.broker.kafka_client import close_client
from consumers.stream.settings import StreamSettings
from foundation.same_fields import with_fields_of
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.leases import Lease
from subgraphs.kit.topics import CELLS_TOPIC
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
        cell = with_fields_of(CellRange, self.cell)
        number, event_id = self._number, str(uuid.uuid4())
        await self.send(message_of(cell, figures, number=number, finished=finished, event_id=event_id))
        self._counted.setdefault(figures.brand, {})[figures.week.iso] = (finished, figures.as_of)

    @property
    def _lease(self) -> Lease:
        return Lease(OUTBOX.lease, "risk-figures", self.holder)


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
        databases = SubgraphDatabases.open(settings)
        stack.push_async_callback(databases.close)
        producer = AIOKafkaProducer(bootstrap_servers=stream.bootstrap, acks="all")
        stack.push_async_callback(close_client, producer)
        if await _started(producer, stop):
            figures = PublishedFigures(databases.progress, cell, KafkaFigures(producer), clock, every)
            groups = ControlGroups(Pseudonyms.from_settings(settings).key)
            counter = WeekCounter(databases, clock, groups)
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
