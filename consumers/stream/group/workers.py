"""Applies batches concurrently, and decides where each partition continues after success or failure."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from consumers.stream.database.batch import Batch
from consumers.stream.database.retry import Retry
from consumers.stream.database.sink import Applied, Sink
from consumers.stream.errors import PositionMoved, Transient
from consumers.stream.group.cursors import Cursors
from consumers.stream.health import HealthState, Metrics
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from foundation.logs import impersonal

log = structlog.get_logger(__name__)
ROLLBACK_SECONDS = 1.5
"""How long a cancelled transaction may take to roll back."""


@dataclass(frozen=True, slots=True)
class RunningBatch:
    """A batch that is being applied.

    Attributes:
        started_at: When it was started, on the event loop's clock.
        timeout: Ends the batch once it is rescheduled.
    """

    started_at: float
    timeout: asyncio.Timeout


def _no_seek(_partition: Partition, _offset: int) -> None:
    """Do nothing: no source has been joined yet."""


@dataclass(slots=True)
class Workers:
    """The running transactions; a partition is in at most one of them.

    Attributes:
        max_running: How many transactions may run at a time.
        seek: Makes the source continue a partition from an offset.
        committed: How many batches were committed so far.
    """

    sink: Sink
    settings: StreamSettings
    metrics: Metrics
    health_state: HealthState
    max_running: int
    seek: Callable[[Partition, int], None] = _no_seek
    committed: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _running: dict[int, RunningBatch] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def free(self) -> bool:
        """Return whether another batch may start."""
        return len(self._tasks) < self.max_running

    def start(self, batch: Batch, cursors: Cursors) -> None:
        """Start applying a batch in the background."""
        for part in batch.parts:
            cursors[part.partition].busy = True
        self._tasks.add(asyncio.create_task(self._apply(batch, cursors), name=f"apply {batch.topic.name}"))

    async def wait(self, seconds: float) -> None:
        """Wait until a batch has ended, or the time is up.

        Raises:
            Exception: What a batch ended with, except Transient and PositionMoved.
        """
        if not self._tasks:
            return
        await asyncio.wait(self._tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        self.check()

    def check(self) -> None:
        """Forget the batches that have ended.

        Raises:
            Exception: What one of them ended with.
        """
        done = {task for task in self._tasks if task.done()}
        self._tasks -= done
        for task in done:
            if not task.cancelled():
                task.result()

    def running_longer_than(self, seconds: float) -> list[RunningBatch]:
        """Return the batches that have been running for longer than that."""
        started_before = asyncio.get_running_loop().time() - seconds
        return [running for running in self._running.values() if running.started_at < started_before]

    async def finish(self, seconds: float) -> None:
        """Let batches finish, and abandon those that take longer: their positions stay as they are.

        The server may continue to execute an abandoned statement, with its locks, until it notices. The
        position that it has locked keeps other members from applying the same records in the meantime.
        """
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        late = [task for task in self._tasks if not task.done()]
        for task in late:
            task.cancel()
        if late:
            log.warning("batches_abandoned", batches=len(late))
            await asyncio.wait(late, timeout=ROLLBACK_SECONDS)

    async def close(self, seconds: float) -> None:
        """Let batches finish, and only log what failed ones ended with: their positions have not moved."""
        await self.finish(seconds)
        for task in self._tasks:
            if task.done() and not task.cancelled() and (fault := task.exception()):
                log.warning("batch_given_up", error=repr(fault))
        self._tasks.clear()

    async def _apply(self, batch: Batch, cursors: Cursors) -> None:
        started = time.monotonic()
        retry = Retry(self.settings.attempts, self.metrics.retries.labels(batch.topic.name).inc)
        try:
            async with self._with_timeout(batch):
                applied = await retry.run(lambda: self.sink.apply(batch))
        except PositionMoved as moved:
            self._seek_stored(moved, batch, cursors)
        except TimeoutError:
            self._defer(Transient("no answer"), batch, cursors)
        except Transient as fault:
            self._defer(fault, batch, cursors)
        else:
            self._advance(batch, applied, cursors, time.monotonic() - started)
        finally:
            for part in batch.parts:
                cursors[part.partition].busy = False

    @asynccontextmanager
    async def _with_timeout(self, batch: Batch) -> AsyncIterator[None]:
        """Let the monitor end a batch, which then raises TimeoutError."""
        async with asyncio.timeout(None) as timeout:
            self._running[id(batch)] = RunningBatch(asyncio.get_running_loop().time(), timeout)
            try:
                yield
            finally:
                del self._running[id(batch)]

    def _seek_stored(self, moved: PositionMoved, batch: Batch, cursors: Cursors) -> None:
        """Continue moved partitions from their stored positions, and the others from before the batch."""
        self.metrics.fenced.labels(batch.topic.name).inc()
        log.warning("batch_refused", error=str(moved))
        for part in batch.parts:
            cursor = cursors[part.partition]
            cursor.advance(moved.stored.get(part.partition, part.position), time.monotonic())
            self.seek(part.partition, cursor.position)

    def _defer(self, fault: Transient, batch: Batch, cursors: Cursors) -> None:
        """Let the batch's partitions back off, and continue them from before the batch."""
        self.metrics.failures.labels(batch.topic.name).inc()
        if fault.unavailable:
            self.health_state.database = f"the database is unavailable: {fault}"
        first = self.settings.retry_seconds
        longest = first if fault.brief else self.settings.retry_limit_seconds
        pauses = [cursors[part.partition].back_off(time.monotonic(), first, longest) for part in batch.parts]
        for part in batch.parts:
            self.seek(part.partition, part.position)
        log.warning("batch_deferred", topic=batch.topic.name, seconds=round(max(pauses), 2), error=str(fault))

    def _advance(self, batch: Batch, applied: Applied, cursors: Cursors, seconds: float) -> None:
        """Move the cursors past a committed batch, and count it."""
        name, now = batch.topic.name, time.monotonic()
        self.committed += 1
        for part in batch.parts:
            cursors[part.partition].advance(part.next_offset, now)
        if self.health_state.database:
            self.health_state.database = ""
            cursors.end_backoff()
        self.metrics.batch_seconds.labels(name).observe(seconds)
        self.metrics.batches.labels(name).inc()
        self.metrics.records.labels(name).inc(applied.records)
        self.metrics.stale.labels(name).inc(applied.stale)
        self.metrics.duplicates.labels(name).inc(applied.duplicates)
        self.metrics.conflicts.labels(name).inc(len(applied.conflicts))
        self.metrics.dead_letters.labels(name).inc(len(applied.dead))
        self.metrics.applied(name, _newest_timestamp(batch))
        _log_rejected(applied)


def _newest_timestamp(batch: Batch) -> float | None:
    times = [part.records[-1].timestamp for part in batch.parts]
    return max((at.timestamp() for at in times if at is not None), default=None)


def _log_rejected(applied: Applied) -> None:
    """Log dead letters and conflicts, naming events by their headers: the body cannot be trusted."""
    for record, reason in applied.dead:
        log.warning("dead_letter", **_origin(record), reason=impersonal(reason, quoted=False))
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
