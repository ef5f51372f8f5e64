"""The ends of the embedded broker's partitions: one reader tells all consumers of the demo what was written.

The embedded broker answers a fetch that has nothing to return only when its wait is over, and not when a
record is written. A dozen consumers that each fetch ten times a second cost most of what an idle demo does.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Final

import structlog
from confluent_kafka import Consumer, KafkaException, TopicPartition

from consumers.stream.records import Partition
from furlong.demo.embedded_broker import PARTITIONS

log = structlog.get_logger(__name__)

FETCH_MILLISECONDS: Final = 50
"""How long a fetch of the reader waits: after half of it, on average, a record is noticed."""

MAX_RECORDS: Final = 1_000
STOP_SECONDS: Final = 0.25
"""How often the reader looks whether it shall end."""


class PartitionEnds:
    """The next offset of each partition as far as it is known, and who waits for a change."""

    def __init__(self) -> None:
        self._ends: dict[tuple[str, int], int] = {}
        self._changed = asyncio.Event()
        self.calls = 0
        """How often all who wait were called back, without a record."""

    def of(self, partition: Partition) -> int | None:
        """Return the end of a partition; None if nothing was seen of it."""
        return self._ends.get((partition.topic, partition.number))

    def note(self, ends: Mapping[tuple[str, int], int]) -> None:
        """Note ends, which only grow, and wake those who wait if one has grown."""
        grown = {partition: end for partition, end in ends.items() if end > self._ends.get(partition, -1)}
        if grown:
            self._ends |= grown
            self._wake()

    def call_back(self) -> None:
        """Let all who wait return, because they are to stop."""
        self.calls += 1
        self._wake()

    async def changed(self) -> None:
        """Wait until an end has grown, or all are called back."""
        await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


@asynccontextmanager
async def watching_ends(bootstrap: str, topics: Collection[str]) -> AsyncIterator[PartitionEnds]:
    """Provide the ends of the partitions of topics of an embedded broker while the block runs."""
    ends, loop, stopping = PartitionEnds(), asyncio.get_running_loop(), threading.Event()
    reader = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "furlong-demo-ends",  # the library wants one; nothing joins or commits
            "enable.auto.commit": False,
            "auto.offset.reset": "latest",
            "isolation.level": "read_uncommitted",
            "fetch.wait.max.ms": FETCH_MILLISECONDS,
        }
    )
    # From the first record on: between an end that is looked up and the first fetch, one could be missed.
    reader.assign([TopicPartition(topic, number, 0) for topic in topics for number in range(PARTITIONS)])

    def read() -> None:
        while not stopping.is_set():
            try:
                seen = _ends_of(reader)
            except KafkaException as fault:
                log.warning("ends_not_read", error=str(fault))
                stopping.wait(STOP_SECONDS)
                continue
            if seen:
                loop.call_soon_threadsafe(ends.note, seen)

    thread = threading.Thread(target=read, name="partition ends", daemon=True)
    thread.start()
    try:
        yield ends
    finally:
        stopping.set()
        await asyncio.to_thread(thread.join)
        reader.close()


def _ends_of(reader: Consumer) -> dict[tuple[str, int], int]:
    """Wait for a record, and return the ends of partitions as far as it and those behind it show them."""
    ends: dict[tuple[str, int], int] = {}
    first = reader.poll(STOP_SECONDS)
    # Reading several at once would wait until there are that many.
    for record in () if first is None else (first, *reader.consume(MAX_RECORDS, 0)):
        topic, number, offset = record.topic(), record.partition(), record.offset()
        if record.error() is None and topic is not None and number is not None and offset is not None:
            ends[topic, number] = offset + 1
    return ends
