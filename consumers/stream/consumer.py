"""The consumer's loop: polls, applies batches, and never loses its place."""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    GroupAuthorizationFailedError,
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)
from prometheus_client import CollectorRegistry

from consumers.stream.batch import Batch, Sink
from consumers.stream.cursors import Cursor, Cursors
from consumers.stream.errors import PositionMoved, PositionOutOfRange, Transient
from consumers.stream.faults import Retry
from consumers.stream.kafka import Assignment, cluster_id, hint, join, leave
from consumers.stream.metrics import Metrics
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import AnyTopic
from subgraphs.kit.database import Database

R = TypeVar("R")
log = structlog.get_logger(__name__)

GRACE_SECONDS = 1.5
"""How long a batch that is under way may take to end when the consumer is told to stop."""

HOPELESS = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    GroupAuthorizationFailedError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)
"""Errors of Kafka that no waiting mends."""


@dataclass(frozen=True, slots=True)
class App:
    """What a consumer is for.

    Attributes:
        group: its consumer group.
    """

    group: str
    topics: Sequence[AnyTopic]


@dataclass(frozen=True, slots=True)
class Health:
    """How a consumer is.

    Attributes:
        live: its loop is running; if not, it is to be started anew.
        consuming: it has its partitions, and applies what comes.
        lag: records not applied yet, of its partitions.
        detail: in words.
    """

    live: bool
    consuming: bool
    lag: int
    detail: str


class Consumer:
    """Reads an app's topics into its database until it is stopped."""

    def __init__(
        self, app: App, settings: StreamSettings, database: Database, sink: Sink, registry: CollectorRegistry
    ) -> None:
        self._app = app
        self._topics = {topic.name: topic for topic in app.topics}
        self._settings = settings
        self._database = database
        self._sink = sink
        self._metrics = Metrics(registry)
        self._cursors = Cursors()
        self._taken_over = -1
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._task: asyncio.Task[Any] | None = None
        self._trouble = "starting"

    async def run(self) -> None:
        """Consumes until stopped or cancelled.

        Raises:
            PositionOutOfRange: a stored position does not fit the broker's records.
            KafkaError: the broker refuses for good.
            sqlalchemy.exc.SQLAlchemyError: the database refuses what it can never accept.
        """
        self._task = asyncio.current_task()
        try:
            await self._until_stopped()
        finally:
            self._trouble = "stopped"
            self._ended.set()
            await self._database.close()

    async def stop(self) -> None:
        """Ends `run` after the batch that is under way, and waits for it; cancels it if that takes long."""
        self._stopping.set()
        if self._task is None:
            return
        await asyncio.wait({self._task}, timeout=GRACE_SECONDS)
        self._task.cancel()
        await self._ended.wait()

    def health(self) -> Health:
        """How the consumer is at the moment."""
        lag = sum(cursor.lag for cursor in self._cursors)
        trouble = self._trouble or self._what_holds_up()
        live = self._task is not None and not self._ended.is_set()
        return Health(live, live and not trouble, lag, trouble or "consuming")

    async def _until_stopped(self) -> None:
        failures = 0
        generation = self._settings.generation
        while not self._stopping.is_set():
            try:
                generation = generation or await cluster_id(self._settings)
                consumer, assignment = await join(self._settings, self._app.group, list(self._topics))
                failures = 0
                try:
                    await self._consume(consumer, assignment, generation)
                finally:
                    self._cursors, self._taken_over = Cursors(), -1
                    await leave(consumer)
            except OffsetOutOfRangeError as fault:
                raise PositionOutOfRange(
                    f"{self._app.group}: the broker has no records at {fault}"
                ) from fault
            except HOPELESS:
                raise
            except KafkaError as fault:
                failures += 1
                self._trouble = f"Kafka is away: {fault!r}"
                log.warning("kafka_away", group=self._app.group, error=repr(fault), failures=failures)
                await self._rest(failures)

    async def _rest(self, failures: int) -> None:
        """A pause that a stop cuts short."""
        pause = min(
            self._settings.retry_limit_seconds, self._settings.retry_seconds * 2.0 ** min(failures, 30)
        )
        try:
            await asyncio.wait_for(self._stopping.wait(), pause)
        except TimeoutError:
            return

    async def _consume(self, consumer: AIOKafkaConsumer, assignment: Assignment, generation: str) -> None:
        hinted_at = time.monotonic()
        while not self._stopping.is_set():
            await self._take_over(consumer, assignment, generation)
            self._pace(consumer)
            polled = await self._poll(consumer)
            for cursor in self._cursors.reference_first(polled):
                if assignment.number == self._taken_over:
                    await self._apply(consumer, cursor, polled[cursor.kafka])
            await self._observe(consumer, assignment)
            if time.monotonic() - hinted_at > self._settings.hint_seconds:
                hinted_at = time.monotonic()
                await self._hint(consumer)

    async def _poll(self, consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, Sequence[Any]]:
        try:
            polled: Mapping[TopicPartition, Sequence[Any]] = await consumer.getmany(
                timeout_ms=round(self._settings.poll_seconds * 1000), max_records=self._settings.batch_records
            )
        except NoOffsetForPartitionError:
            return {}  # of a partition just assigned: its stored position is set in the next round
        return polled

    async def _take_over(self, consumer: AIOKafkaConsumer, assignment: Assignment, generation: str) -> None:
        """After an assignment: goes to the stored positions, before anything is read."""
        if assignment.number == self._taken_over:
            return
        number, assigned = assignment.number, assignment.partitions
        self._cursors = Cursors()
        try:
            cursors = await self._open_cursors(consumer, assigned, generation)
        except Transient as fault:
            self._trouble = str(fault)
            log.warning("positions_unknown", group=self._app.group, error=str(fault))
            await self._rest(1)
            return
        if number != assignment.number:
            return  # the group has agreed anew in the meantime
        for cursor in cursors:
            consumer.seek(cursor.kafka, cursor.position)
        self._cursors, self._taken_over, self._trouble = cursors, number, ""
        log.info("partitions_assigned", group=self._app.group, partitions=len(cursors.by_kafka))

    async def _open_cursors(
        self, consumer: AIOKafkaConsumer, assigned: frozenset[TopicPartition], generation: str
    ) -> Cursors:
        partitions = {kafka: Partition(kafka.topic, kafka.partition, generation) for kafka in assigned}
        stored = await Retry(1, lambda: None).run(lambda: self._load(list(partitions.values())))
        begins = await consumer.beginning_offsets(list(assigned))
        ends = await consumer.end_offsets(list(assigned))
        now = time.monotonic()
        cursors = Cursors()
        for kafka, partition in partitions.items():
            position = stored.get(partition, begins[kafka])
            if not begins[kafka] <= position <= ends[kafka]:
                raise PositionOutOfRange(
                    f"{kafka.topic}/{kafka.partition}: the stored position is {position}, but the broker has "
                    f"offsets {begins[kafka]} to {ends[kafka]}"
                )
            cursors.by_kafka[kafka] = Cursor(
                kafka=kafka,
                partition=partition,
                topic=self._topics[kafka.topic],
                position=position,
                passed=position,
                target=ends[kafka],
                end=ends[kafka],
                moved_at=now,
            )
        return cursors

    async def _load(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        async with self._sink.shard.read() as connection:
            return await self._sink.positions.load(connection, partitions)

    def _pace(self, consumer: AIOKafkaConsumer) -> None:
        """Pauses and resumes partitions, so that only those are fetched that may be read."""
        readable = self._cursors.readable(time.monotonic())
        paused, assigned = consumer.paused(), consumer.assignment()
        consumer.resume(*(readable & paused & assigned))
        consumer.pause(*((self._cursors.by_kafka.keys() - readable - paused) & assigned))

    async def _apply(self, consumer: AIOKafkaConsumer, cursor: Cursor, polled: Sequence[Any]) -> None:
        records = [Record.of_kafka(record) for record in polled if record.offset >= cursor.position]
        if not records:
            return
        topic, started = cursor.topic, time.monotonic()
        batch = Batch(cursor.partition, cursor.position, records)
        retry = Retry(self._settings.attempts, self._metrics.retries.labels(topic.name).inc)
        try:
            applied = await _finished(retry.run(lambda: self._sink.apply(topic, batch)))
        except PositionMoved as moved:
            self._metrics.fenced.labels(topic.name).inc()
            log.warning("batch_refused", partition=cursor.partition, error=str(moved))
            cursor.moved(moved.stored, time.monotonic())
            _seek(consumer, cursor)
            return
        except Transient as fault:
            self._metrics.failures.labels(topic.name).inc()
            pause = cursor.failed(
                time.monotonic(), self._settings.retry_seconds, self._settings.retry_limit_seconds
            )
            log.warning(
                "batch_put_off", partition=cursor.partition, seconds=round(pause, 2), error=str(fault)
            )
            _seek(consumer, cursor)
            return
        cursor.moved(batch.next_offset, time.monotonic())
        self._metrics.batch_seconds.labels(topic.name).observe(time.monotonic() - started)
        self._metrics.batches.labels(topic.name).inc()
        self._metrics.records.labels(topic.name).inc(applied.records)
        self._metrics.stale.labels(topic.name).inc(applied.stale)
        self._metrics.dead_letters.labels(topic.name).inc(applied.dead)

    async def _observe(self, consumer: AIOKafkaConsumer, assignment: Assignment) -> None:
        now = time.monotonic()
        for cursor in self._cursors:
            if assignment.number != self._taken_over:
                return
            passed = await consumer.position(cursor.kafka) if cursor.lag else cursor.passed
            cursor.seen(passed, consumer.highwater(cursor.kafka), now)
            self._metrics.lag.labels(cursor.kafka.topic, cursor.kafka.partition).set(cursor.lag)

    async def _hint(self, consumer: AIOKafkaConsumer) -> None:
        moved = [cursor for cursor in self._cursors if cursor.position != cursor.hinted]
        if moved:
            await hint(consumer, {cursor.kafka: cursor.position for cursor in moved})
        for cursor in moved:
            cursor.hinted = cursor.position

    def _what_holds_up(self) -> str:
        now = time.monotonic()
        resting = [cursor for cursor in self._cursors if cursor.failures]
        if resting:
            return f"the database is away: {len(resting)} partitions wait"
        stalled = self._cursors.stalled(now, self._settings.stalled_seconds)
        if stalled:
            return f"stalled: {', '.join(f'{c.kafka.topic}/{c.kafka.partition}' for c in stalled)}"
        return ""


def _seek(consumer: AIOKafkaConsumer, cursor: Cursor) -> None:
    """Goes back to the cursor's position: polling has moved on, whatever became of the batch."""
    try:
        consumer.seek(cursor.kafka, cursor.position)
    except IllegalStateError:
        log.info("partition_revoked", partition=cursor.partition)


async def _finished(work: Coroutine[Any, Any, R]) -> R:
    """The result of work that a cancellation lets come to its end, if that is soon.

    A statement that is cut off goes on in the server, with its locks.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=GRACE_SECONDS)
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=GRACE_SECONDS)
        if task.done() and not task.cancelled() and (fault := task.exception()):
            log.warning("batch_given_up", error=repr(fault))
        raise
