"""The lag of all consumers, of every node that has reported, as operators see it.

It says how many records a group has not applied yet, and since when the oldest waits.
"""

import asyncio
import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry

from backoffice.access import Actor, Permission, require
from backoffice.global_events.acknowledgements import NodeReport, NodeRepository
from backoffice.operations.dead_letters import CONSUMERS
from consumers.acknowledgements.settings import ONLY_NODE, NodeSettings
from consumers.stream.broker.kafka_client import bounded_consumer, partitions_of, running_client
from consumers.stream.cell_partitions import CellPartitions
from consumers.stream.settings import StreamSettings
from foundation.plain_words import KAFKA_AWAY
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.block_list import BLOCKS

PATIENCE_SECONDS: Final = 15.0
FRESH_SECONDS: Final = 2.0
OF_NODES: Final = frozenset(block.name for block in BLOCKS if block.acknowledges)
"""The consumers that read the global topic, and so have a group of their own on each node."""

TRACKER: Final = "furlong-progress"
"""How the groups of the consumer of bets begin, by which the tracker advances."""

SAMPLE_SECONDS: Final = 60.0
SAMPLES: Final = 360
"""The newest six hours, in the memory of each process: after a start, the series begins anew."""

NOT_READ: Final = f"{KAFKA_AWAY}, so what waits isn't known."

OWN: Final = "backoffice"
"""The back office's own consumer: there is one for all cells."""


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far a group is behind in a partition.

    Attributes:
        committed: The next offset that it reads, as last committed to Kafka; None before the first commit.
        end: The next record that will be written.
        lag: How many offsets lie between; those of aborted transactions and compacted records count.
        oldest_at: When the oldest record that waits was produced; None if none waits, or if it is unknown.
    """

    group: str
    topic: str
    partition: int
    committed: int | None
    end: int
    lag: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsumerLag:
    """The lag of all consumers at an instant.

    Attributes:
        problem: Why it could not be read; empty if it could.
        details: The technical words behind the problem.
    """

    read_at: datetime
    partitions: Sequence[PartitionLag] = ()
    problem: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class LagSample:
    """The lag at an instant.

    Attributes:
        records: How many records all consumers together had not applied; None if Kafka could not be read.
        tracker_seconds: How long the oldest bet had waited that the tracker did not count yet: 0 if none
            waited; None if it is not known.
    """

    at: datetime
    records: int | None
    tracker_seconds: float | None


@dataclass(frozen=True, slots=True)
class CountedBets:
    """Up to when the tracker has counted all bets, which holds for each brand.

    Attributes:
        until: None if it is not known.
        waiting: Whether a bet waits to be counted.
        problem: Why it could not be read; empty if it could.
    """

    until: datetime | None
    waiting: bool = False
    problem: str = ""


def counted_bets(lag: ConsumerLag) -> CountedBets:
    """Return up to when a reading's bets are counted: all of them, or those before the oldest that waits."""
    if lag.problem:
        return CountedBets(None, problem=lag.problem)
    waiting = [
        partition for partition in lag.partitions if partition.group.startswith(TRACKER) and partition.lag
    ]
    oldest = [partition.oldest_at for partition in waiting if partition.oldest_at is not None]
    until = min(oldest, default=None) if waiting else lag.read_at
    return CountedBets(until, waiting=bool(waiting))


def sample_of(lag: ConsumerLag) -> LagSample:
    """Return the sums of a reading."""
    if lag.problem:
        return LagSample(lag.read_at, None, None)
    until = counted_bets(lag).until
    seconds = None if until is None else max(0.0, (lag.read_at - until).total_seconds())
    return LagSample(lag.read_at, sum(partition.lag for partition in lag.partitions), seconds)


@dataclass(slots=True)
class LagService:
    """Reads lags; requests within two seconds share one reading. A sample of each minute is kept.

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
    _samples: deque[LagSample] = field(default_factory=lambda: deque(maxlen=SAMPLES))

    async def sample(self, stop: asyncio.Event) -> None:
        """Keep a sample of each minute, until the event is set."""
        while not stop.is_set():
            await self._present()
            with suppress(TimeoutError):
                async with asyncio.timeout(SAMPLE_SECONDS):
                    await stop.wait()

    def history(self, actor: Actor) -> list[LagSample]:
        """Return the samples of this process, the oldest first.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        return list(self._samples)

    async def read(self, actor: Actor) -> ConsumerLag:
        """Return the lag of all consumers, by group, topic and partition.

        Raises:
            Forbidden: The actor may not see it.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        return await self._present()

    async def counted_bets(self, actor: Actor, brand: str) -> CountedBets:
        """Return up to when the bets of a brand are counted.

        Raises:
            Forbidden: The actor may not see the brand's operations.
        """
        require(actor, Permission.OPERATIONS_READ, brand)
        return counted_bets(await self._present())

    async def _present(self) -> ConsumerLag:
        async with self._reading:
            if self._last is None or time.monotonic() >= self._until:
                self._last = await self._read()
                self._until = time.monotonic() + FRESH_SECONDS
                self._keep(sample_of(self._last))
            return self._last

    def _keep(self, sample: LagSample) -> None:
        """Keep a sample, unless the one before it is younger than half a minute."""
        least = timedelta(seconds=SAMPLE_SECONDS / 2)
        if not self._samples or sample.at - self._samples[-1].at >= least:
            self._samples.append(sample)

    async def _read(self) -> ConsumerLag:
        at = self.clock.machine.now()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                groups, cells = await self._groups()
                return ConsumerLag(at, await read_lag(self.stream, groups, cells))
        except (KafkaError, OSError) as fault:  # TimeoutError is an OSError
            return ConsumerLag(at, problem=NOT_READ, details=repr(fault))

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


OLDEST_SECONDS: Final = 3.0
MAX_CONCURRENT_GROUPS: Final = 4


async def read_lag(
    settings: StreamSettings,
    groups: Mapping[str, Collection[str]],
    cells: Mapping[str, CellPartitions] | None = None,
) -> list[PartitionLag]:
    """Return the lag of groups in their topics, by group, topic and partition.

    Groups are only observed: nothing joins them, and nothing is committed.

    Args:
        settings: Where Kafka is.
        groups: The topics of each group. Topics that do not exist are left out.
        cells: The partitions of groups that are of a cell; all other groups read all partitions.

    Raises:
        KafkaError: The brokers cannot be reached.
        TimeoutError: They do not answer.
    """
    partitions = await partitions_of(settings, {topic for topics in groups.values() for topic in topics})
    admitted = asyncio.Semaphore(MAX_CONCURRENT_GROUPS)

    async def one(group: str, topics: Collection[str]) -> list[PartitionLag]:
        async with admitted:
            cell = (cells or {}).get(group)
            read = [
                partition
                for partition in partitions
                if partition.topic in topics
                and (cell is None or cell.wanted(partition.topic, partition.partition))
            ]
            return await _lag_of(settings, group, read)

    answers = await asyncio.gather(*(one(group, topics) for group, topics in sorted(groups.items())))
    return [lag for lags in answers for lag in lags]


async def _lag_of(
    settings: StreamSettings, group: str, partitions: Sequence[TopicPartition]
) -> list[PartitionLag]:
    async with running_client(bounded_consumer(settings, group)) as consumer:
        consumer.assign(partitions)
        firsts = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        committed = {partition: await consumer.committed(partition) for partition in partitions}
        begins = {partition: max(committed[partition] or 0, firsts[partition]) for partition in partitions}
        behind = {
            partition: begins[partition] for partition in partitions if ends[partition] > begins[partition]
        }
        oldest = await _oldest(consumer, behind)
    return [
        PartitionLag(
            group,
            partition.topic,
            partition.partition,
            committed[partition],
            ends[partition],
            max(0, ends[partition] - begins[partition]),
            oldest.get(partition),
        )
        for partition in partitions
    ]


async def _oldest(
    consumer: AIOKafkaConsumer, begins: Mapping[TopicPartition, int]
) -> dict[TopicPartition, datetime]:
    """Return when the first record from each offset was produced, as far as they can be read in time."""
    times: dict[TopicPartition, datetime] = {}
    if not begins:
        return times
    consumer.assign(list(begins))
    for partition, offset in begins.items():
        consumer.seek(partition, offset)
    deadline = time.monotonic() + OLDEST_SECONDS
    while len(times) < len(begins) and (left := deadline - time.monotonic()) > 0:
        waiting = [begin for begin in begins if begin not in times]
        try:
            read = await consumer.getmany(*waiting, timeout_ms=round(left * 1000), max_records=len(waiting))
        except KafkaError:
            break  # without the ages the lag is still worth showing
        for partition, records in read.items():
            if records and partition not in times:
                times[partition] = datetime.fromtimestamp(records[0].timestamp / 1000, UTC)
    return times
