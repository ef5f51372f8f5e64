"""One membership of the group, from joining to leaving: polls, and has workers apply what comes."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from consumers.stream.applying import Workers
from consumers.stream.batch import Batch, Part
from consumers.stream.cursors import Cursors
from consumers.stream.errors import PositionOutOfRange, Transient
from consumers.stream.faults import Retry
from consumers.stream.records import Partition, Record
from consumers.stream.source import Bounds, Source
from consumers.stream.topics import AnyTopic

log = structlog.get_logger(__name__)
TICK_SECONDS = 0.02
"""How often partitions with nothing under way are looked at while others are busy."""

REST_SECONDS = 0.1
"""How often it is asked whether resting partitions may be read again."""

Polled = dict[Partition, list[Record]]


@dataclass(slots=True)
class Session:
    """What this member reads, and how far it is.

    Attributes:
        cursors: of the partitions it has taken over; none while the group agrees anew.
        taken_over: the number of the assignment that they belong to.
    """

    topics: Mapping[str, AnyTopic]
    source: Source
    workers: Workers
    cursors: Cursors = field(default_factory=Cursors)
    taken_over: int = -1

    @property
    def owns(self) -> bool:
        """Whether the cursors are those of the partitions that the group gave to this member."""
        return self.source.assignment.number == self.taken_over

    async def step(self) -> None:
        """Takes over what the group agreed upon, or reads on; takes at most as long as a poll.

        Raises:
            PositionOutOfRange: a stored position does not fit the broker's records.
            TopicMadeAnew: a stored position is that of another topic of the same name.
            KafkaError: the broker refuses, or does not answer.
            Exception: what a batch ended with, if it is neither the database's absence nor a fence.
        """
        if not self.owns:
            await self._take_over()
            return
        self.workers.check()
        readable = self.cursors.readable(time.monotonic())
        self.source.only(readable)
        idle = self.cursors.idle(readable)
        settings = self.workers.settings
        if not (idle and self.workers.free):
            self.cursors.wait_for_workers(idle, time.monotonic())
            await self._wait(settings.poll_seconds)
            return
        polled = await self._poll(idle, 0.0 if len(self.workers) else settings.poll_seconds)
        if not self.owns:
            return  # the group agreed anew meanwhile: what was read is read again
        for batch in self._batches(polled):
            self.workers.begin(batch, self.cursors)
        await self._notice_ends()
        if not polled and len(self.workers):
            await self._wait(TICK_SECONDS)

    async def _wait(self, seconds: float) -> None:
        """Until a batch has ended; with none under way and nothing to read, polls in vain.

        Kafka takes a member for dead that does not poll, be it for want of partitions.
        """
        if len(self.workers):
            await self.workers.wait(seconds)
        else:
            await self.source.poll((), min(seconds, REST_SECONDS), 1)

    async def _poll(self, idle: Sequence[Partition], seconds: float) -> Polled:
        """What comes next, with a little patience where that does not fill a batch."""
        most, linger = self.workers.settings.batch_records, self.workers.settings.linger_seconds
        polled: Polled = {}
        _add(polled, await self.source.poll(idle, seconds, most))
        count = sum(map(len, polled.values()))
        if polled and linger and count < most // 2:
            await asyncio.sleep(linger)
            if self.owns:
                _add(polled, await self.source.poll(idle, 0.0, most - count))
        return polled

    def _batches(self, polled: Polled) -> list[Batch]:
        """One for each topic, reference topics first."""
        parts: dict[str, list[Part]] = {}
        for partition, records in sorted(polled.items()):
            cursor = self.cursors[partition]
            position = cursor.position
            fresh = [record for record in records if record.offset >= position]
            if fresh:
                parts.setdefault(partition.topic, []).append(Part(partition, position, fresh, cursor.first))
        batches = [Batch(self.topics[name], found) for name, found in parts.items()]
        return sorted(batches, key=lambda batch: not batch.topic.reference)

    async def _notice_ends(self) -> None:
        """Up to where partitions were read, where that may be beyond their last record."""
        now = time.monotonic()
        for cursor in self.cursors:
            if not cursor.busy:
                passed = await self.source.passed(cursor.partition) if cursor.lag else cursor.passed
                cursor.seen(passed, self.source.end(cursor.partition), now)

    async def _take_over(self) -> None:
        """After an assignment: goes to the stored positions, before anything is read."""
        number, assigned = self.source.assignment.number, self.source.assignment.partitions
        condition, settings = self.workers.condition, self.workers.settings
        self.cursors = Cursors()
        others = self._references() - assigned
        try:
            stored = await Retry(1, lambda: None).run(lambda: self._load(assigned | others))
        except Transient as fault:
            condition.database = f"the database is away: {fault}"
            log.warning("positions_unknown", error=str(fault))
            await asyncio.sleep(settings.retry_seconds)
            return
        await self.source.verify()
        bounds = await self.source.bounds(assigned | others)
        if number != self.source.assignment.number:
            return  # the group has agreed anew in the meantime
        positions = {partition: _position(partition, stored, bounds[partition]) for partition in assigned}
        self.cursors = Cursors.over(self.topics, positions, bounds, time.monotonic())
        self.cursors.awaited = {
            one: bounds[one].end for one in others if stored.get(one, bounds[one].first) < bounds[one].end
        }
        for partition, position in positions.items():
            self.source.seek(partition, position)
        self.taken_over, condition.phase, condition.database = number, "", ""
        self.workers.metrics.rebalances.inc()
        self.workers.metrics.lag.clear()
        log.info("partitions_assigned", partitions=len(assigned), awaited=len(self.cursors.awaited))

    def _references(self) -> frozenset[Partition]:
        """What must be read before other topics begin, by this member or another."""
        names = [topic.name for topic in self.topics.values() if topic.reference]
        return frozenset(partition for name in names for partition in self.source.partitions(name))

    async def _load(self, partitions: frozenset[Partition]) -> dict[Partition, int]:
        sink = self.workers.sink
        async with asyncio.timeout(self.workers.settings.stalled_seconds), sink.shard.read() as connection:
            sink.limit.begin(await sink.dead_letters.recent(connection, sink.limit.most))
            return await sink.positions.load(connection, partitions)


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
