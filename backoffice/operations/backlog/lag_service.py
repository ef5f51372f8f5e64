"""Shows operators the lag of all consumers, of every node that has reported."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry

from backoffice.access.actor import Actor
from backoffice.access.decision import require
from backoffice.access.roles import Permission
from backoffice.global_events.acknowledgements import NodeRepository
from backoffice.operations.backlog.consumer_lag import PartitionLag, read_lag
from backoffice.operations.dead_letters import CONSUMERS
from consumers.cells.settings import ONLY_NODE, NodeSettings
from consumers.stream.settings import StreamSettings
from storage.clock import Clock
from storage.database import Database
from storage.settings import DatabaseSettings

PATIENCE_SECONDS: Final = 15.0
FRESH_SECONDS: Final = 2.0
OF_NODES: Final = frozenset({"club", "rewards", "fulfilment"})
"""The consumers that read the global topic, and so have a group of their own on each node."""


@dataclass(frozen=True, slots=True)
class ConsumerLag:
    """The lag of all consumers at an instant.

    Attributes:
        problem: why it could not be read; empty if it could.
    """

    read_at: datetime
    partitions: Sequence[PartitionLag] = ()
    problem: str = ""


@dataclass(slots=True)
class LagService:
    """Reads lags; requests within two seconds share one reading.

    Attributes:
        database: the back office's, which knows the nodes.
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
            Forbidden: the actor may not see it.
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
                return ConsumerLag(at, await read_lag(self.stream, await self._groups()))
        except (KafkaError, OSError) as fault:  # TimeoutError is an OSError
            return ConsumerLag(at, problem=f"Kafka does not answer: {type(fault).__name__}")

    async def _groups(self) -> Mapping[str, frozenset[str]]:
        """Return the topics of each consumer group, of all nodes; the consumers themselves know them."""
        async with self.database.home.read() as connection:
            reports = await self.nodes.all(connection)
        nodes = {ONLY_NODE, *(report.node for report in reports)}
        groups: dict[str, frozenset[str]] = {}
        for name, create in CONSUMERS.items():
            for more in [{"node": NodeSettings(name=node)} for node in nodes] if name in OF_NODES else [{}]:
                consumer = create(self.settings, self.stream, CollectorRegistry(), self.clock, **more)
                try:
                    groups[consumer.app.group] = frozenset(consumer.app.by_name)
                finally:
                    await consumer.close()
        return groups
