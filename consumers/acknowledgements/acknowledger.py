"""Tells the back office what a consumer has applied: after each global message, and regularly."""

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

from consumers.acknowledgements.message import (
    CELLS_PARTITION,
    CELLS_TOPIC,
    SCHEMA,
    Acknowledgement,
    CellRange,
)
from consumers.acknowledgements.report import ReadWorkers, WorkersReport, read_report
from consumers.acknowledgements.settings import NodeSettings
from consumers.messages.global_events.reducer import GlobalReducer
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import ALL_BRANDS

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
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all")
        try:  # not `async with`: a producer that is cancelled while it starts has to be stopped, too
            await producer.start()
            while True:
                self._wake.clear()
                sent = await self.acknowledgement()
                await _send(producer, sent)
                await self._until_due(sent)
        finally:
            await producer.stop()

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
