"""One session of a group member, from joining to leaving: polls records and hands batches to workers."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from consumers.stream.broker.broker_generation import cluster_of
from consumers.stream.broker.source import Bounds, Source
from consumers.stream.database.batch import Batch, PartitionRecords
from consumers.stream.database.own_cluster import require_own_cluster
from consumers.stream.database.retry import Retry
from consumers.stream.errors import PositionOutOfRange, Transient
from consumers.stream.group.cursors import Cursors
from consumers.stream.group.workers import Workers
from consumers.stream.records import Partition, Record
from consumers.stream.topics import AnyTopic

log = structlog.get_logger(__name__)
TICK_SECONDS = 0.02
"""How often idle partitions are polled while others are busy."""

BACKOFF_POLL_SECONDS = 0.1
"""How often to check whether a partition that backs off may be read again."""

MANY_SHARE = 10
"""The share of a batch, as its divisor, from which polled records count as many."""

Polled = dict[Partition, list[Record]]


@dataclass(slots=True)
class Session:
    """The partitions that this member reads, and their progress.

    Attributes:
        cursors: The cursors of the adopted assignment; empty while the group rebalances.
        adopted: The number of the assignment that the cursors belong to.
    """

    topics: Mapping[str, AnyTopic]
    source: Source
    workers: Workers
    cursors: Cursors = field(default_factory=Cursors)
    adopted: int = -1

    @property
    def owns_partitions(self) -> bool:
        """Return whether the cursors are those of the present assignment."""
        return self.source.assignment.number == self.adopted

    async def step(self) -> None:
        """Adopt a new assignment, or poll once and start batches; takes at most as long as a poll.

        Raises:
            PositionOutOfRange: The broker has no records at a stored position.
            TopicRecreated: A stored position belongs to a deleted topic of the same name.
            ForeignCell: The database or the partitions belong to another cell.
            KafkaError: The broker refuses, or does not answer.
            Exception: What a batch ended with, except Transient and PositionMoved.
        """
        if not self.owns_partitions:
            await self._adopt_assignment()
            return
        self.workers.check()
        readable = self.cursors.readable(time.monotonic())
        self.source.fetch_only(readable)
        idle = self.cursors.idle(readable)
        settings = self.workers.settings
        if not (idle and self.workers.free):
            self.cursors.note_workers_busy(idle, time.monotonic())
            await self._wait(settings.poll_seconds)
            return
        polled = await self._poll(idle, 0.0 if len(self.workers) else settings.poll_seconds)
        if not self.owns_partitions:
            return  # the group rebalanced meanwhile: these records will be read again
        for batch in self._batches(polled):
            self.workers.start(batch, self.cursors)
        await self._update_ends()
        if not polled and len(self.workers):
            await self._wait(TICK_SECONDS)

    async def _wait(self, seconds: float) -> None:
        """Wait until a batch has ended; without running batches, poll no partition.

        Kafka removes a member that does not poll, even if it has nothing to read.
        """
        if len(self.workers):
            await self.workers.wait(seconds)
        else:
            await self.source.poll((), min(seconds, BACKOFF_POLL_SECONDS), 1)

    async def _poll(self, idle: Sequence[Partition], seconds: float) -> Polled:
        """Poll the next records; while many come, wait for more of them, so that fewer batches are written.

        Few records are applied as they come: the brokers have gathered them for a moment already.
        """
        most, linger = self.workers.settings.batch_records, self.workers.settings.linger_seconds
        polled: Polled = {}
        _add(polled, await self.source.poll(idle, seconds, most))
        count = sum(map(len, polled.values()))
        if linger and most // MANY_SHARE <= count < most and self.owns_partitions:
            _add(polled, await self.source.poll(idle, linger, most - count))
        return polled

    def _batches(self, polled: Polled) -> list[Batch]:
        """Return one batch for each topic, reference topics first."""
        parts: dict[str, list[PartitionRecords]] = {}
        for partition, records in sorted(polled.items()):
            cursor = self.cursors[partition]
            position = cursor.position
            fresh = [record for record in records if record.offset >= position]
            if fresh:
                part = PartitionRecords(partition, position, fresh, cursor.first)
                parts.setdefault(partition.topic, []).append(part)
        batches = [Batch(self.topics[name], part) for name, part in parts.items()]
        return sorted(batches, key=lambda batch: not batch.topic.reference)

    async def _update_ends(self) -> None:
        """Note the next offset to read of each partition, which may lie beyond its last record."""
        now = time.monotonic()
        for cursor in self.cursors:
            if not cursor.busy:
                position = cursor.fetch_position
                if cursor.lag:
                    position = await self.source.fetch_position(cursor.partition)
                cursor.update_end(position, self.source.end(cursor.partition), now)

    async def _adopt_assignment(self) -> None:
        """Seek the stored positions of a new assignment before anything is read."""
        number, assigned = self.source.assignment.number, self.source.assignment.partitions
        health_state, settings = self.workers.health_state, self.workers.settings
        self.cursors = Cursors()
        others = self._reference_partitions() - assigned
        try:
            stored = await Retry(1, lambda: None).run(lambda: self._load(assigned | others))
        except Transient as fault:
            health_state.database = f"the database is unavailable: {fault}"
            log.warning("positions_unknown", error=str(fault))
            await asyncio.sleep(settings.retry_seconds)
            return
        health_state.database = ""
        await self.source.verify_topics()
        self._check_cell(assigned)
        bounds = await self.source.bounds(assigned | others)
        if number != self.source.assignment.number:
            return  # the group rebalanced meanwhile
        positions = {partition: _position(partition, stored, bounds[partition]) for partition in assigned}
        self.cursors = Cursors.at_positions(self.topics, positions, bounds, time.monotonic())
        self.cursors.awaited = {
            other: bounds[other].end
            for other in others
            if stored.get(other, bounds[other].first) < bounds[other].end
        }
        for partition, position in positions.items():
            self.source.seek(partition, position)
        self.adopted, health_state.phase = number, ""
        self.workers.metrics.rebalances.inc()
        self._report_lag()
        log.info("partitions_assigned", partitions=len(assigned), awaited=len(self.cursors.awaited))

    def _report_lag(self) -> None:
        """Let the lag be read when somebody asks for it."""
        lag = self.workers.metrics.lag
        lag.clear()
        for cursor in self.cursors:
            partition = cursor.partition
            lag.labels(partition.topic, partition.number).set_function(partial(getattr, cursor, "lag"))

    def _reference_partitions(self) -> frozenset[Partition]:
        """Return the partitions that must be read before other topics, by this member or another."""
        names = [topic.name for topic in self.topics.values() if topic.reference]
        partitions = [partition for name in names for partition in self.source.partitions(name)]
        cell = self.workers.sink.cell
        return frozenset(partitions if cell is None else cell.of_partitions(partitions))

    def _check_cell(self, assigned: frozenset[Partition]) -> None:
        cell = self.workers.sink.cell
        if cell is not None:
            cell.require(assigned)
            cell.require_count({name: self.source.partitions(name) for name in self.topics})

    async def _load(self, partitions: frozenset[Partition]) -> dict[Partition, int]:
        sink = self.workers.sink
        async with asyncio.timeout(self.workers.settings.stalled_seconds), sink.database.read() as connection:
            await sink.database.fence.verify(connection)
            sink.limit.restore(await sink.dead_letters.recent(connection, sink.limit.most))
            stored = await sink.positions.load(connection, partitions)
        if self.workers.settings.generation is None:
            for cluster in {cluster_of(partition.generation) for partition in partitions}:
                await require_own_cluster(sink.database, cluster)
        return stored


def _add(polled: Polled, more: Mapping[Partition, Sequence[Record]]) -> None:
    for partition, records in more.items():
        polled.setdefault(partition, []).extend(records)


def _position(partition: Partition, stored: Mapping[Partition, int], bounds: Bounds) -> int:
    position = stored.get(partition, bounds.first)
    if bounds.first <= position <= bounds.end:
        return position
    raise PositionOutOfRange(
        f"{partition.topic}/{partition.number}: the stored position is {position}, but the broker has "
        f"offsets {bounds.first} to {bounds.end}"
    )
