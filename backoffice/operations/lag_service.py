"""Shows operators the lag of all consumers, of every node that has reported."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry

from backoffice.access import Actor, Permission, require
from backoffice.global_events.acknowledgements import NodeReport, NodeRepository
from backoffice.operations.consumer_lag import PartitionLag, read_lag
from backoffice.operations.dead_letters import CONSUMERS
from consumers.acknowledgements.settings import ONLY_NODE, NodeSettings
from consumers.stream.cell_partitions import CellPartitions
from consumers.stream.settings import StreamSettings
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings

PATIENCE_SECONDS: Final = 15.0
FRESH_SECONDS: Final = 2.0
OF_NODES: Final = frozenset({"club", "rewards", "fulfilment"})
"""The consumers that read the global topic, and so have a group of their own on each node."""

OWN: Final = "backoffice"
"""The back office's own consumer: there is one for all cells."""


@dataclass(frozen=True, slots=True)
class ConsumerLag:
    """The lag of all consumers at an instant.

    Attributes:
        problem: Why it could not be read; empty if it could.
    """

    read_at: datetime
    partitions: Sequence[PartitionLag] = ()
    problem: str = ""


@dataclass(slots=True)
class LagService:
    """Reads lags; requests within two seconds share one reading.

    Attributes:
        database: The back office's, which knows the nodes.
    """

    settings: DatabaseSettings
    stream: StreamSettings
    database: Database
    clock: Clock
    nodes: NodeRepository = field(default_factory=NodeRepository)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _last: ConsumerLag | None = None
    _until: float = 0.0

    async def read(self, actor: Actor) -> ConsumerLag:
        """Return the lag of all consumers, by group, topic and partition.

        Raises:
            Forbidden: The actor may not see it.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        async with self._reading:
            if self._last is None or time.monotonic() >= self._until:
                self._last = await self._read()
                self._until = time.monotonic() + FRESH_SECONDS
            return self._last

    async def _read(self) -> ConsumerLag:
        at = self.clock.machine.now()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                groups, cells = await self._groups()
                return ConsumerLag(at, await read_lag(self.stream, groups, cells))
        except (KafkaError, OSError) as fault:  # TimeoutError is an OSError
            return ConsumerLag(at, problem=f"Kafka does not answer: {type(fault).__name__}")

    async def _groups(self) -> tuple[dict[str, frozenset[str]], dict[str, CellPartitions]]:
        """Return the topics of each consumer group, and the partitions of those groups that are of a cell.

        A cell's consumers all have groups of their own, also those that do not report as a node.
        """
        async with self.database.read() as connection:
            reports = await self.nodes.all(connection)
        nodes = {report.node: _cell(report) for report in reports}
        if not any(nodes.values()):
            nodes.setdefault(ONLY_NODE, None)
        groups: dict[str, frozenset[str]] = {}
        cells: dict[str, CellPartitions] = {}
        for name, create in CONSUMERS.items():
            only = {"node": NodeSettings(name=ONLY_NODE)} if name in OF_NODES else {}
            consumer = create(self.settings, self.stream, CollectorRegistry(), self.clock, **only)
            await consumer.close()
            app = consumer.app
            for node, cell in nodes.items():
                group = f"{app.group}.{node}" if name in OF_NODES and node != ONLY_NODE else app.group
                partitions = None if name == OWN else CellPartitions.of(cell, app.topics)
                if partitions is not None:
                    group = partitions.cell.group(group)
                    cells[group] = partitions
                groups[group] = frozenset(app.by_name)
        return groups, cells


def _cell(report: NodeReport) -> Cell | None:
    if report.cell is None:
        return None
    return Cell(report.cell.name, report.cell.first, report.cell.last, report.cell.of)
