"""How adapters are: those with a process by what they say on Kafka, feeds by their consumer groups."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from backoffice.operations.consumer_lag import PartitionLag, read_lag
from consumers.stream.broker.kafka_client import partitions_of, running_client
from consumers.stream.settings import StreamSettings
from foundation.plain_words import KAFKA_AWAY, Said, said
from providers.delivery import StatusMessage
from providers.topics import STATUS

PATIENCE_SECONDS: Final = 8.0
ANSWER_SECONDS: Final = 5.0
FRESH_SECONDS: Final = 2.0
STATUS_INTERVALS: Final = 3
"""For how many intervals an adapter may be silent before it counts as dead, as its contract says."""

NOT_TOLD: Final = f"{KAFKA_AWAY}, so nobody can tell how it is"

FEED_GROUP: Final = "furlong-feed-"
"""How the feed worker's groups begin."""


class HealthState(StrEnum):
    """How an adapter is, in a word.

    Attributes:
        UP: It works.
        DOWN: Something is wrong with it.
        OFF: It is switched off, or not configured.
        UNKNOWN: It cannot be told.
    """

    UP = "up"
    DOWN = "down"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AdapterHealth:
    """How an adapter is.

    Attributes:
        says: What is wrong, or what is known, in words.
        since: Since when something is wrong, or it is off; None if that is not known, or nothing is.
        details: The technical words behind it; empty if there are none.
    """

    state: HealthState
    says: str
    since: datetime | None = None
    details: str = ""

    @classmethod
    def of(cls, state: HealthState, words: Said, since: datetime | None = None) -> Self:
        """Return how an adapter is, by what is said of it."""
        return cls(state, words.sentence, since, words.details)


@dataclass(frozen=True, slots=True)
class FeedTopic:
    """A feed by its name, and the name of its topic in this installation."""

    feed: str
    topic: str


@dataclass(frozen=True, slots=True)
class Readings:
    """What Kafka says of adapters.

    Attributes:
        statuses: The newest status of each adapter with a process.
        lags: How far each group of a feed is behind.
        readers: How many members each group of a feed has; missing if the brokers do not say it.
        problem: Why nothing could be read; None if it could.
    """

    statuses: Mapping[str, StatusMessage] = field(default_factory=dict)
    lags: Mapping[str, Sequence[PartitionLag]] = field(default_factory=dict)
    readers: Mapping[str, int] = field(default_factory=dict)
    problem: Said | None = None

    def of_process(self, name: str, now: datetime, status_seconds: float) -> AdapterHealth:
        """Return how an adapter with a process is."""
        if self.problem is not None:
            return AdapterHealth.of(HealthState.UNKNOWN, self.problem)
        status = self.statuses.get(name)
        if status is None:
            says = f"not heard from yet: is `furlong provider run {name}` running?"
            return AdapterHealth(HealthState.UNKNOWN, says)
        if now - status.occurred_at > timedelta(seconds=STATUS_INTERVALS * status_seconds):
            last = said("its process is silent; it said last", status.reason or "complete")
            return AdapterHealth.of(HealthState.DOWN, last, status.occurred_at)
        if not status.complete:
            words = said("incomplete", status.reason or "")
            return AdapterHealth.of(HealthState.DOWN, words, status.incomplete_since)
        return AdapterHealth(HealthState.UP, "complete")

    def of_feed(self, feed: FeedTopic) -> AdapterHealth:
        """Return how a feed is."""
        if self.problem is not None:
            return AdapterHealth.of(HealthState.UNKNOWN, self.problem)
        group = f"{FEED_GROUP}{feed.feed}"
        lags = self.lags.get(group, ())
        if not lags:
            return AdapterHealth(HealthState.UNKNOWN, f"its topic {feed.topic} doesn't exist")
        behind = f"{sum(lag.lag for lag in lags)} records wait"
        readers = self.readers.get(group)
        if readers is None:
            return AdapterHealth(HealthState.UNKNOWN, f"{behind}; Kafka doesn't say whether anyone reads it")
        if readers == 0:
            oldest = min((lag.oldest_at for lag in lags if lag.oldest_at is not None), default=None)
            return AdapterHealth(HealthState.DOWN, f"no feed worker reads it; {behind}", oldest)
        return AdapterHealth(HealthState.UP, behind)


@dataclass(slots=True)
class AdapterReader:
    """Reads how adapters are; requests within two seconds share one reading."""

    stream: StreamSettings
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _last: Readings | None = None
    _until: float = 0.0

    async def read(self, feeds: Sequence[FeedTopic]) -> Readings:
        """Return what Kafka says now, or why it says nothing."""
        async with self._reading:
            if self._last is None or time.monotonic() >= self._until:
                self._last = await self._read(feeds)
                self._until = time.monotonic() + FRESH_SECONDS
            return self._last

    async def _read(self, feeds: Sequence[FeedTopic]) -> Readings:
        groups = {f"{FEED_GROUP}{feed.feed}": {feed.topic} for feed in feeds}
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                statuses = await read_statuses(self.stream)
                lags: dict[str, list[PartitionLag]] = {}
                for lag in await read_lag(self.stream, groups):
                    lags.setdefault(lag.group, []).append(lag)
                readers = await asyncio.to_thread(_readers, self.stream.bootstrap, sorted(groups))
                return Readings(statuses, lags, readers)
        except (KafkaError, OSError) as fault:  # TimeoutError is an OSError
            return Readings(problem=Said(NOT_TOLD, repr(fault)))


async def read_statuses(stream: StreamSettings) -> dict[str, StatusMessage]:
    """Return the newest status of each adapter with a process.

    Raises:
        KafkaError: The brokers cannot be reached.
    """
    partitions = await partitions_of(stream, [STATUS.name])
    found: dict[str, StatusMessage] = {}
    if not partitions:
        return found
    reader = AIOKafkaConsumer(
        bootstrap_servers=stream.bootstrap,
        group_id=None,
        enable_auto_commit=False,
        # What is assigned begins there; a seek to the beginning may lose against the client's own reset.
        auto_offset_reset="earliest",
    )
    async with running_client(reader) as consumer:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        for partition in partitions:
            while await consumer.position(partition) < ends[partition]:
                batch = await consumer.getmany(partition, timeout_ms=1_000)
                for record in batch.get(partition, ()):
                    _note(found, record.value)
    return found


def _note(found: dict[str, StatusMessage], value: bytes | None) -> None:
    try:
        status = msgspec.json.decode(value or b"", type=StatusMessage)
    except msgspec.DecodeError:  # of a later version, or no status
        return
    known = found.get(status.provider)
    if known is None or known.occurred_at <= status.occurred_at:
        found[status.provider] = status


def _readers(bootstrap: str, groups: Sequence[str]) -> dict[str, int]:
    """Return how many members groups have; nothing of those about which the brokers say nothing.

    aiokafka cannot read what newer brokers answer.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    found: dict[str, int] = {}
    if not groups:
        return found
    answers = admin.describe_consumer_groups(list(groups), request_timeout=ANSWER_SECONDS)
    for group, answer in answers.items():
        with suppress(KafkaException):
            found[group] = len(answer.result().members)
    return found
