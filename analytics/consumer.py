"""The process that owns the store: it reads all topics of all cells, and inserts large blocks."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, Counter, Gauge

from analytics.engine import ChdbEngine, Engine, open_store, retention_of
from analytics.filling import FillingFile
from analytics.ingestion import Ingestion, Range, Reading
from analytics.pseudonyms import Pseudonyms
from analytics.questions.snapshot import CURRENT, SNAPSHOTS, publish
from analytics.rates import Rates
from analytics.record_tables import BY_TOPIC, RecordTable
from analytics.rollups import Rollups
from analytics.rows.records import end_of_block
from analytics.settings import AnalyticsSettings
from consumers.stream.broker.broker_generation import BrokerGenerations
from consumers.stream.broker.kafka_client import (
    bounded_consumer,
    cluster_id,
    partitions_of,
    running_client,
)
from consumers.stream.errors import PositionOutOfRange
from consumers.stream.group.session_supervisor import PERMANENT_KAFKA_ERRORS
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock

log = structlog.get_logger(__name__)
T = TypeVar("T")
GROUP: Final = "furlong-analytics"
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
WRITTEN: Final = 50
"""The percentage of a first filling that is done when all is stored, and weeks are to be counted."""

ENDS_SECONDS: Final = 10.0
"""How long the answer is waited for when the ends of partitions are asked for."""


@dataclass(slots=True)
class _Buffer:
    """The records of a partition that are not stored yet.

    Attributes:
        position: The offset from which they were read.
        replayed_to: The last offset of the range that is read again; None once that is stored.
        complete_until: Everything produced until then is stored.
    """

    position: int
    replayed_to: int | None = None
    records: list[Record] = field(default_factory=list)
    complete_until: datetime | None = None
    end: int = 0
    asked_at: datetime | None = None

    def take(self, table: RecordTable, limit: int) -> list[Record]:
        """Return the records of the next insert; a range that is read again is one of its own."""
        if self.replayed_to is None:
            count = end_of_block(table, self.records, limit)
        elif self.records and self.records[-1].offset >= self.replayed_to:
            count = sum(record.offset <= self.replayed_to for record in self.records)
        else:
            count = 0
        taken, self.records = self.records[:count], self.records[count:]
        return taken

    def is_past_replay(self) -> bool:
        """Return whether nothing is kept any more of the range that is to be read again."""
        return (
            self.replayed_to is not None and bool(self.records) and self.records[0].offset > self.replayed_to
        )


class AnalyticsConsumer:
    """Fills the store until it is stopped.

    Args:
        settings: The store.
        stream: The brokers.
        clock: The product's clock, which arrival times are of.
        registry: Where figures are shown.
        topics: The topics to read; by default all that the store has tables for.
        before: What is done with the store before anything is read, in the engine's thread.
    """

    def __init__(
        self,
        settings: AnalyticsSettings,
        stream: StreamSettings,
        clock: Clock,
        registry: CollectorRegistry,
        *,
        topics: Collection[str] = tuple(BY_TOPIC),
        before: Callable[[Ingestion, FillingFile], None] | None = None,
    ) -> None:
        self._settings, self._stream, self._clock, self._topics = settings, stream, clock, topics
        self._rows = Counter("furlong_analytics_rows", "Rows written", registry=registry)
        self._refused = Counter("furlong_analytics_refused", "Records that are no facts", registry=registry)
        self._lag = Gauge("furlong_analytics_lag", "Records not yet stored", registry=registry)
        self._engine_thread = ThreadPoolExecutor(1, "analytics-engine")
        self._stopping = asyncio.Event()
        self._buffers: dict[Partition, _Buffer] = {}
        self._by_topic_partition: dict[TopicPartition, Partition] = {}
        self._live, self._detail = True, "starting"
        self._before = before
        self._filling = FillingFile(settings.folder)
        self._publish_at = 0.0
        self._published: dict[Partition, int] = {}

    async def run(self) -> None:
        """Fill the store until `run_until` is told to stop.

        Raises:
            NotInstalled: The packages of the engine are missing.
            StoreInUse: Another process owns the store.
            StoreFault: The engine refuses.
            PositionOutOfRange: The brokers dropped records before they were read.
            KafkaError: The brokers refuse permanently.
        """
        engine: Engine | None = None
        pseudonyms: Pseudonyms | None = None
        try:
            settings = self._settings
            engine = await self._in_engine(
                lambda: open_store(settings.folder, settings.url, retention_of(settings))
            )
            pseudonyms = Pseudonyms(settings.keys_file, settings.key.get_secret_value())
            await self._fill(engine, Ingestion(engine, pseudonyms, self._clock))
        finally:
            self._live = False
            if engine is not None:
                self._filling.end()
                await self._in_engine(engine.close)
            if pseudonyms is not None:
                pseudonyms.close()
            self._engine_thread.shutdown()

    async def run_until(self, stop: asyncio.Event) -> None:
        """Fill the store until `stop` is set, and what was read by then is stored.

        Raises:
            Exception: As `run`.
        """
        running = asyncio.create_task(self.run())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            self._stopping.set()
            await running

    def health(self) -> Mapping[str, object]:
        """Return the state for `/health`; `complete` if readers have all that was produced a moment ago."""
        read = bool(self._buffers) and all(
            buffer.asked_at is not None and self._published.get(partition, -1) >= buffer.end
            for partition, buffer in self._buffers.items()
        )
        return {"live": self._live, "complete": read, "lag": self.lag, "detail": self._detail}

    @property
    def lag(self) -> int:
        """Return how many records are known and not stored."""
        return sum(max(0, buffer.end - buffer.position) for buffer in self._buffers.values())

    async def _fill(self, engine: Engine, ingestion: Ingestion) -> None:
        if self._before is not None:
            await self._in_engine(partial(self._before, ingestion, self._filling))
        while not self._stopping.is_set():
            try:
                async with running_client(bounded_consumer(self._stream, GROUP)) as consumer:
                    await self._fill_from(consumer, engine, ingestion)
            except PERMANENT_KAFKA_ERRORS:
                raise
            except KafkaError as fault:
                self._detail = f"Kafka is unavailable: {fault!r}"
                log.warning("kafka_away", group=GROUP, error=repr(fault))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._stream.retry_limit_seconds):
                        await self._stopping.wait()

    async def _fill_from(self, consumer: AIOKafkaConsumer, engine: Engine, ingestion: Ingestion) -> None:
        await self._assign(consumer, await self._in_engine(ingestion.last_ranges))
        self._detail = "reading"
        rollups = Rollups(engine, progress=self._say_counted)
        rates = Rates(engine, self._settings.rates_file, self._settings.reporting_currency)
        if self._is_filled_first():  # what was made is counted, and shown with what has happened since
            await self._in_engine(rates.refresh)
            await self._in_engine(rollups.refresh)
        else:
            await self._publish(ingestion, rollups, rates)
        rollups.progress = None
        self._publish_at = 0.0  # what it took to count all weeks says nothing about one
        while not self._stopping.is_set():
            await self._read_round(consumer)
            await self._store(ingestion)
            if self._stopping.is_set() or asyncio.get_running_loop().time() >= self._publish_at:
                await self._publish(ingestion, rollups, rates)

    async def _assign(self, consumer: AIOKafkaConsumer, stored: Mapping[Partition, Range]) -> None:
        """Assign all partitions, each at the range that was stored last."""
        generations = await self._generations()
        partitions = await partitions_of(self._stream, self._topics)
        consumer.assign(partitions)
        firsts = await consumer.beginning_offsets(partitions)
        for one in partitions:
            partition = Partition(one.topic, one.partition, generations[one.topic])
            self._by_topic_partition[one] = partition
            buffered = self._buffers[partition] = _start(partition, stored.get(partition), firsts[one])
            consumer.seek(one, buffered.position)

    async def _generations(self) -> Mapping[str, str]:
        cluster = self._stream.generation or await cluster_id(self._stream)
        generations = await BrokerGenerations.open(self._stream, cluster)
        try:
            return await generations.require(self._topics)
        finally:
            await generations.close()

    async def _read_round(self, consumer: AIOKafkaConsumer) -> None:
        """Read until a batch is full, its time is over, or the process stops."""
        loop, rows = asyncio.get_running_loop(), sum(len(buffer.records) for buffer in self._buffers.values())
        until = loop.time() + self._settings.batch_seconds
        await self._ask_ends(consumer)
        while rows < self._settings.batch_rows and loop.time() < until and not self._stopping.is_set():
            polled = await consumer.getmany(
                timeout_ms=round(min(self._stream.poll_seconds, self._settings.batch_seconds) * 1000),
                max_records=self._settings.batch_rows - rows,
            )
            for topic_partition, records in polled.items():
                buffered = self._buffers[self._by_topic_partition[topic_partition]]
                buffered.records.extend(Record.of_kafka(record) for record in records)
                rows += len(records)

    async def _ask_ends(self, consumer: AIOKafkaConsumer) -> None:
        """Find out where partitions end now; a partition read up to there is complete until now."""
        now = self._clock.now()
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(ENDS_SECONDS):
                ends = await consumer.end_offsets(list(self._by_topic_partition))
            for partition, end in ends.items():
                buffered = self._buffers[self._by_topic_partition[partition]]
                buffered.end, buffered.asked_at = end, now

    async def _store(self, ingestion: Ingestion) -> None:
        """Store what was read."""
        rows, refused = ingestion.rows, ingestion.refused
        for partition, buffered in self._buffers.items():
            await self._store_partition(ingestion, partition, buffered)
        self._rows.inc(ingestion.rows - rows)
        self._refused.inc(ingestion.refused - refused)
        self._lag.set(self.lag)

    async def _publish(self, ingestion: Ingestion, rollups: Rollups, rates: Rates) -> None:
        """Count what has changed, say how far all is complete, and let readers have it."""
        loop, engine = asyncio.get_running_loop(), ingestion.engine
        began = loop.time()
        await self._in_engine(rates.refresh)
        await self._in_engine(rollups.refresh)
        readings = {partition: _reading(buffered) for partition, buffered in self._buffers.items()}
        await self._in_engine(lambda: ingestion.report(readings))
        if isinstance(engine, ChdbEngine):
            await self._in_engine(lambda: publish(self._settings.folder, engine))
        self._filling.end()
        took = loop.time() - began
        rest = self._settings.rollup_rest * took
        self._publish_at = loop.time() + max(self._settings.rollup_seconds, rest)
        self._published = {partition: buffered.position for partition, buffered in self._buffers.items()}

    def _is_filled_first(self) -> bool:
        return self._before is not None and not (self._settings.folder / SNAPSHOTS / CURRENT).exists()

    def _say_counted(self, done: int, weeks: int) -> None:
        """Say how far the first counting is, in the engine's thread."""
        if self._before is not None:
            percent = WRITTEN + (99 - WRITTEN) * done // weeks
            self._filling.say(percent, f"{done} of {weeks} weeks are counted")

    async def _store_partition(self, ingestion: Ingestion, partition: Partition, buffered: _Buffer) -> None:
        table = BY_TOPIC[partition.topic]
        if buffered.is_past_replay():
            buffered.position, buffered.replayed_to = (buffered.replayed_to or 0) + 1, None
        while records := buffered.take(table, self._settings.batch_rows):
            write = partial(ingestion.write, partition, buffered.position, records, buffered.replayed_to)
            await self._in_engine(write)
            buffered.position = (
                records[-1].offset if buffered.replayed_to is None else buffered.replayed_to
            ) + 1
            buffered.replayed_to = None

    async def _in_engine(self, work: Callable[[], T]) -> T:
        """Run work in the engine's one thread; a cancellation waits for it, as it may be writing."""
        future = asyncio.get_running_loop().run_in_executor(self._engine_thread, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise


def _start(partition: Partition, stored: Range | None, first: int) -> _Buffer:
    """Return where to begin with a partition: at the range that was stored last, to read it again.

    Raises:
        PositionOutOfRange: Records behind the stored position are gone.
    """
    if stored is None:
        return _Buffer(first)
    if stored.last + 1 < first:
        raise PositionOutOfRange(
            f"{partition.topic}/{partition.number} begins at {first}, but records from {stored.last + 1} on "
            "were not read yet"
        )
    if stored.first < first or stored.last < stored.first:
        return _Buffer(stored.last + 1)
    return _Buffer(stored.first, replayed_to=stored.last)


def _reading(buffered: _Buffer) -> Reading:
    """Return how far a partition was read: up to its end when that was asked for, or to its last record."""
    if buffered.asked_at is not None and buffered.position >= buffered.end:
        buffered.complete_until = buffered.asked_at
    end = max(buffered.end, buffered.position)  # it was asked for before the last records were read
    return Reading(buffered.position, end, buffered.complete_until or _NEVER)
