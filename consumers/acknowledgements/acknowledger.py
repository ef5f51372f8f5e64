"""Applies the global topic, and tells the back office so: after each message, and regularly."""

import asyncio
import os
import socket
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError

from consumers.acknowledgements.message import CELLS_PARTITION, SCHEMA, Acknowledgement, CellRange
from consumers.acknowledgements.report import ReadWorkers, WorkersReport, read_report
from consumers.acknowledgements.settings import ONLY_NODE, NodeSettings
from consumers.messages.global_events.message import decode_global
from consumers.messages.global_events.reducer import GlobalReducer
from consumers.stream.broker.kafka_client import running_client
from consumers.stream.consumer import App
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import AnyTopic, Topic
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.topics import CELLS_TOPIC, GLOBAL_TOPIC


def acknowledging(
    app: App,
    part: str,
    reducer: GlobalReducer,
    database: Database,
    dead_letter: Table,
    *,
    stream: StreamSettings,
    clock: Clock,
    node: NodeSettings | None = None,
    workers: ReadWorkers | None = None,
) -> App:
    """Return an app that also reads the global topic, and tells the back office what it has applied.

    A cell is a node of its name, unless the settings name the node. A node with a name of its own has a
    consumer group of its own, so that each node reads all messages. `workers` reads what the node's workers
    made of them.
    """
    node = node or node_of(database.fence.cell)
    acknowledger = Acknowledger(part, database, dead_letter, reducer, clock, stream.bootstrap, node, workers)
    decisions: AnyTopic = Topic(
        GLOBAL_TOPIC, decode_global, reducer.apply, reference=True, committed=acknowledger.wake, shared=True
    )
    group = app.group if node.name == ONLY_NODE else f"{app.group}.{node.name}"
    return App(group, (decisions, *app.topics), (*app.companions, acknowledger.run))


def node_of(cell: Cell | None, settings: NodeSettings | None = None) -> NodeSettings:
    """Return the node's settings; a node without a name of its own has the name of its cell."""
    settings = settings or NodeSettings()
    if cell is None or settings.name != ONLY_NODE:
        return settings
    return settings.model_copy(update={"name": cell.name})


log = structlog.get_logger(__name__)
RETRY_SECONDS: Final = 1.0
WATCH_SECONDS: Final = 1.0
"""How often a cell looks whether more of a budget was used or asked for."""


@dataclass(slots=True)
class Acknowledger:
    """Reports what one database has applied. Every process of a consumer runs one.

    A report is absolute, and read from the database: a lost one is repaired by the next, and a process that
    was killed between applying and reporting reports when it is started again.

    Attributes:
        part: The subgraph.
        workers: Reads what the node's workers made of messages; None if no worker uses any.
    """

    part: str
    database: Database
    dead_letter: Table
    reducer: GlobalReducer
    clock: Clock
    bootstrap: str
    settings: NodeSettings = field(default_factory=NodeSettings)
    workers: ReadWorkers | None = None
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Report soon: something was applied and committed."""
        self._wake.set()

    async def run(self) -> None:
        """Report until cancelled, through outages of Kafka and the database."""
        while True:
            try:
                await self._apply_kept()
                await self._report()
            except (KafkaError, SQLAlchemyError, OSError) as fault:
                log.warning("acknowledgement_not_sent", part=self.part, error=type(fault).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def acknowledgement(self) -> Acknowledgement:
        """Return what the database has applied by now."""
        async with self.database.read() as connection:
            report = await read_report(connection, self.reducer.repository, self.dead_letter)
            workers = WorkersReport() if self.workers is None else await self.workers(connection)
        return Acknowledgement(
            schema=SCHEMA,
            event_id=str(uuid.uuid4()),
            brand_id=ALL_BRANDS,
            node=self.settings.name,
            part=self.part,
            process=f"{socket.gethostname()}:{os.getpid()}"[:128],
            epoch=report.order.epoch,
            number=report.order.number,
            refused=(*report.refused, *workers.refused),
            kept=report.kept,
            providers=workers.providers,
            budgets=workers.budgets,
            cell=_range(self.database.fence.cell),
            every_seconds=self.settings.report_seconds,
            reported_at=self.clock.machine.now(),
        )

    async def _report(self) -> None:
        async with running_client(AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all")) as producer:
            while True:
                self._wake.clear()
                sent = await self.acknowledgement()
                await _send(producer, sent)
                await self._until_due(sent)

    async def _until_due(self, sent: Acknowledgement) -> None:
        """Wait until something was applied, the next report is due, or budgets were used or asked for."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self.settings.report_seconds
        while not self._wake.is_set() and (left := due - loop.time()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, WATCH_SECONDS) if sent.budgets else left):
                    await self._wake.wait()
            if sent.budgets and (await self.acknowledgement()).budgets != sent.budgets:
                return

    async def _apply_kept(self) -> None:
        async with self.database.write() as connection:
            await self.reducer.apply_kept(connection)


def _range(cell: Cell | None) -> CellRange | None:
    if cell is None:
        return None
    return CellRange(name=cell.name, first=cell.first, last=cell.last, of=cell.of)


async def _send(producer: AIOKafkaProducer, message: Acknowledgement) -> None:
    headers = [("schema", message.schema.encode()), ("event_id", message.event_id.encode())]
    await producer.send_and_wait(
        CELLS_TOPIC,
        msgspec.json.encode(message),
        key=message.key.encode(),
        headers=headers,
        partition=CELLS_PARTITION,
    )
