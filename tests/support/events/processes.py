"""Two processes that serve events over one database, and the topic of markets that both of them tail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from consumers.events.tail import wanted
from consumers.stream.database.batch import Batch, PartitionRecords
from consumers.stream.records import Partition, Record
from foundation.storage.settings import DatabaseSettings
from subgraphs.events.app import create_subgraph
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.kit.topics import MARKET_TOPIC
from tests.support.events.block import TERRITORY_HEADER, EventsBlock, events_block
from tests.support.events.told import status
from tests.support.subgraphs.club_fixture import session_settings

PARTITIONS: Final = 2
GENERATION: Final = "g-1"
NEVER: Final = 3_600
"""Seconds of a tick that no test waits for: tests settle themselves."""


@dataclass
class Topic:
    """The topic of markets: its records, and which of them are stored."""

    block: EventsBlock
    logs: list[list[Record]] = field(default_factory=lambda: [[] for _ in range(PARTITIONS)])
    stored: list[int] = field(default_factory=lambda: [0] * PARTITIONS)

    @property
    def ends(self) -> list[int]:
        """Return the next offset of each partition."""
        return [len(records) for records in self.logs]

    def send(self, record: Record) -> None:
        """Append a record to the partition of its key."""
        number = sum(record.key or b"") % PARTITIONS
        records = self.logs[number]
        records.append(Record(record.topic, number, len(records), record.key, record.value, record.headers))

    async def store(self, most: int = 1_000) -> None:
        """Let the consumer apply some of what it has not applied yet."""
        topic = self.block.consumer.app.by_name[MARKET_TOPIC]
        for number, records in enumerate(self.logs):
            first = self.stored[number]
            portion = records[first : first + most]
            if portion:
                partition = Partition(MARKET_TOPIC, number, GENERATION)
                await self.block.consumer.sink.apply(
                    Batch(topic, [PartitionRecords(partition, first, portion)])
                )
                self.stored[number] = first + len(portion)


@dataclass
class Process:
    """A process that serves events, and how far it has tailed the topic."""

    subgraph: Subgraph
    topic: Topic
    head: list[int] = field(default_factory=list)

    def tail(self, most: int = 1_000) -> None:
        """Bring it some of what it has not got yet; the first time, it begins at the ends."""
        book = self.subgraph.book
        if not self.head:
            self.lose()
            return
        portions = [
            records[first : first + most] for first, records in zip(self.head, self.topic.logs, strict=True)
        ]
        self.head = [first + len(portion) for first, portion in zip(self.head, portions, strict=True)]
        book.tell([told for portion in portions for told in wanted(book, portion)], self.head)

    def lose(self, generation: str = GENERATION) -> None:
        """Let it miss what it has not got yet."""
        self.head = self.topic.ends
        self.subgraph.book.begin(generation, self.head)


@dataclass
class Processes:
    """All of it.

    Attributes:
        well: The providers that say each time that they are well.
    """

    block: EventsBlock
    topic: Topic
    processes: Sequence[Process]
    well: tuple[str, ...] = ()

    async def settle(self) -> None:
        """Let all that was told arrive everywhere."""
        await self.topic.store()
        for process in self.processes:
            process.tail()
        for _ in range(3):
            self.block.later(seconds=3)
            for provider in self.well:
                await self.block.apply(status(provider, at=self.block.clock.machine.now()))
            for process in self.processes:
                await process.subgraph.book.settle()


@asynccontextmanager
async def event_processes(database_url: str) -> AsyncIterator[Processes]:
    """Open two processes over a new database."""
    async with events_block(database_url) as block:
        verifier = SessionVerifier.from_settings(
            session_settings(), block.clock, territory_header=TERRITORY_HEADER
        )
        other = create_subgraph(
            SubgraphParts(DatabaseSettings(url=database_url), UpstreamSettings(), verifier, block.clock)
        )
        topic = Topic(block)
        processes = [Process(subgraph, topic) for subgraph in (block.subgraph, other)]
        for process in processes:
            process.subgraph.book.tick_seconds, process.subgraph.book.catches_up_seconds = NEVER, 0
        yield Processes(block, topic, processes)
        await other.close()
