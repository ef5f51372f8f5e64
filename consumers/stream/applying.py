"""Applies batches beside one another, and says of each partition where to go on."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from consumers.stream.batch import Batch
from consumers.stream.condition import Condition
from consumers.stream.cursors import Cursors
from consumers.stream.errors import PositionMoved, Transient
from consumers.stream.faults import Retry
from consumers.stream.metrics import Metrics
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from consumers.stream.sink import Applied, Sink

log = structlog.get_logger(__name__)
STOP_SECONDS = 1.5
"""How long a transaction that was told to end may take to roll back."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A batch that is being applied.

    Attributes:
        since: on the event loop's clock.
        limit: ends it when it is told to.
    """

    since: float
    limit: asyncio.Timeout


def _nowhere(_partition: Partition, _offset: int) -> None:
    """Nothing is read yet."""


@dataclass(slots=True)
class Workers:
    """The transactions under way, of which there are at most so many; partitions in them are busy.

    Attributes:
        seek: has the source go on from an offset.
        committed: how many batches were, in all.
    """

    sink: Sink
    settings: StreamSettings
    metrics: Metrics
    condition: Condition
    most: int
    seek: Callable[[Partition, int], None] = _nowhere
    committed: int = 0
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _under_way: dict[int, UnderWay] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._running)

    @property
    def free(self) -> bool:
        """Whether another batch may begin."""
        return len(self._running) < self.most

    def begin(self, batch: Batch, cursors: Cursors) -> None:
        """Applies a batch in the background."""
        for part in batch.parts:
            cursors[part.partition].busy = True
        self._running.add(asyncio.create_task(self._apply(batch, cursors), name=f"apply {batch.topic.name}"))

    async def wait(self, seconds: float) -> None:
        """Waits until one of the batches has ended, but not for ever.

        Raises:
            Exception: what a batch ended with, if it is neither the database's absence nor a fence.
        """
        if not self._running:
            return
        await asyncio.wait(self._running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        self.check()

    def check(self) -> None:
        """Forgets the batches that have ended.

        Raises:
            Exception: what one of them ended with.
        """
        done = {task for task in self._running if task.done()}
        self._running -= done
        for task in done:
            if not task.cancelled():
                task.result()

    def older(self, seconds: float) -> list[UnderWay]:
        """The batches that have been under way for longer."""
        began_before = asyncio.get_running_loop().time() - seconds
        return [one for one in self._under_way.values() if one.since < began_before]

    async def finish(self, seconds: float) -> None:
        """Lets batches come to their end, and abandons those that take longer: their positions stay.

        A statement that is cut off goes on in the server, with its locks, until the server notices; the
        position that it holds keeps others from applying the same records meanwhile.
        """
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        late = [task for task in self._running if not task.done()]
        for task in late:
            task.cancel()
        if late:
            log.warning("batches_abandoned", batches=len(late))
            await asyncio.wait(late, timeout=STOP_SECONDS)

    async def close(self, seconds: float) -> None:
        """Finishes, and only logs what batches ended with: their positions have not moved."""
        await self.finish(seconds)
        for task in self._running:
            if task.done() and not task.cancelled() and (fault := task.exception()):
                log.warning("batch_given_up", error=repr(fault))
        self._running.clear()

    async def _apply(self, batch: Batch, cursors: Cursors) -> None:
        started = time.monotonic()
        retry = Retry(self.settings.attempts, self.metrics.retries.labels(batch.topic.name).inc)
        try:
            async with self._noted(batch):
                applied = await retry.run(lambda: self.sink.apply(batch))
        except PositionMoved as moved:
            self._go_on_from(moved, batch, cursors)
        except TimeoutError:
            self._put_off(Transient("no answer"), batch, cursors)
        except Transient as fault:
            self._put_off(fault, batch, cursors)
        else:
            self._note(batch, applied, cursors, time.monotonic() - started)
        finally:
            for part in batch.parts:
                cursors[part.partition].busy = False

    @asynccontextmanager
    async def _noted(self, batch: Batch) -> AsyncIterator[None]:
        """Lets a batch be ended from outside, and then raises TimeoutError."""
        async with asyncio.timeout(None) as limit:
            self._under_way[id(batch)] = UnderWay(asyncio.get_running_loop().time(), limit)
            try:
                yield
            finally:
                del self._under_way[id(batch)]

    def _go_on_from(self, moved: PositionMoved, batch: Batch, cursors: Cursors) -> None:
        """Of the partitions that moved from what is stored, of the others from where they were."""
        self.metrics.fenced.labels(batch.topic.name).inc()
        log.warning("batch_refused", error=str(moved))
        for part in batch.parts:
            cursor = cursors[part.partition]
            cursor.moved(moved.stored.get(part.partition, part.follows), time.monotonic())
            self.seek(part.partition, cursor.position)

    def _put_off(self, fault: Transient, batch: Batch, cursors: Cursors) -> None:
        self.metrics.failures.labels(batch.topic.name).inc()
        if fault.away:
            self.condition.database = f"the database is away: {fault}"
        first, longest = self.settings.retry_seconds, self.settings.retry_limit_seconds
        pauses = [cursors[part.partition].failed(time.monotonic(), first, longest) for part in batch.parts]
        for part in batch.parts:
            self.seek(part.partition, part.follows)
        log.warning("batch_put_off", topic=batch.topic.name, seconds=round(max(pauses), 2), error=str(fault))

    def _note(self, batch: Batch, applied: Applied, cursors: Cursors, seconds: float) -> None:
        name, now = batch.topic.name, time.monotonic()
        self.committed += 1
        for part in batch.parts:
            cursors[part.partition].moved(part.next_offset, now)
        if self.condition.database:
            self.condition.database = ""
            cursors.wake()
        self.metrics.batch_seconds.labels(name).observe(seconds)
        self.metrics.batches.labels(name).inc()
        self.metrics.records.labels(name).inc(applied.records)
        self.metrics.stale.labels(name).inc(applied.stale)
        self.metrics.duplicates.labels(name).inc(applied.duplicates)
        self.metrics.conflicts.labels(name).inc(len(applied.conflicts))
        self.metrics.dead_letters.labels(name).inc(len(applied.dead))
        self.metrics.applied(name, _newest(batch))
        _log_strange(applied)


def _newest(batch: Batch) -> float | None:
    times = [part.records[-1].timestamp for part in batch.parts]
    return max((at.timestamp() for at in times if at is not None), default=None)


def _log_strange(applied: Applied) -> None:
    """Names the events, by their headers: the body of such a record cannot be trusted."""
    for record, reason in applied.dead:
        log.warning("dead_letter", **_origin(record), reason=reason)
    for record in applied.conflicts:
        log.error("conflicting_revision", **_origin(record))


def _origin(record: Record) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "event_id": record.header("event_id"),
        "traceparent": record.header("traceparent"),
    }
