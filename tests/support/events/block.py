"""The block: its subgraph, its consumer and its upkeep over one database."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from prometheus_client import CollectorRegistry

from consumers.events.wiring import create_consumer
from consumers.stream.consumer import Consumer
from consumers.stream.database.batch import Batch, PartitionRecords
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from subgraphs.events.app import create_subgraph
from subgraphs.events.models import METADATA
from subgraphs.events.upkeep import create_rounds
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.rounds import Rounds, WorkerParts
from subgraphs.kit.settings import UpstreamSettings
from tests.support.database_probe import migrate
from tests.support.events.told import NOW
from tests.support.subgraphs.club_fixture import session, session_settings

TERRITORY_HEADER: Final = "x-territory"


@dataclass
class EventsBlock:
    """The block over one database, and the clock of all of it."""

    subgraph: Subgraph
    consumer: Consumer
    upkeep: Rounds
    clock: ManualClock
    offsets: Counter[str] = field(default_factory=Counter)

    async def apply(self, *records: Record) -> None:
        """Apply records one after the other, as the stream would."""
        for record in records:
            await self.apply_together(record)

    async def apply_together(self, *records: Record) -> None:
        """Apply records of one topic in one batch."""
        topic = self.consumer.app.by_name[records[0].topic]
        first = self.offsets[topic.name]
        placed = [
            Record(one.topic, 0, offset, one.key, one.value, one.headers, one.timestamp)
            for offset, one in enumerate(records, first)
        ]
        self.offsets[topic.name] += len(records)
        partition = Partition(topic.name, 0, "g-1")
        await self.consumer.sink.apply(Batch(topic, [PartitionRecords(partition, first, placed)]))

    async def judge(self) -> None:
        """Let a round of upkeep pass."""
        await self.upkeep.round()
        self.later(seconds=3)

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**time))

    async def ask(self, query: str, language: str | None = None, **variables: Any) -> Any:
        """Return the data of an answer, which must have no errors."""
        answer = await self.answer(query, language, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def answer(self, query: str, language: str | None = None, **variables: Any) -> Any:
        """Return an answer to a visitor."""
        headers = {} if language is None else {"accept-language": language}
        self.later(seconds=3)  # whatever is in memory is read again
        return await self.answer_now(query, headers, **variables)

    async def answer_now(self, query: str, headers: dict[str, str], **variables: Any) -> Any:
        """Return an answer to a visitor, while no time passes."""
        return await self.subgraph.execute(query, variables, None, session(None) | headers)


@asynccontextmanager
async def events_block(database_url: str) -> AsyncIterator[EventsBlock]:
    """Open the block over a new database."""
    settings, clock = DatabaseSettings(url=database_url), ManualClock(NOW)
    await migrate(settings, "events", METADATA)
    verifier = SessionVerifier.from_settings(session_settings(), clock, territory_header=TERRITORY_HEADER)
    subgraph = create_subgraph(SubgraphParts(settings, UpstreamSettings(), verifier, clock))
    consumer = create_consumer(settings, StreamSettings(), CollectorRegistry(), clock)
    upkeep = create_rounds(WorkerParts(settings, clock))
    yield EventsBlock(subgraph, consumer, upkeep, clock)
    await upkeep.close()
    await consumer.close()
    await subgraph.close()
