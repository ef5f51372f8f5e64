"""The back office's own consumer: what nodes acknowledge."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.global_events.acknowledgements import NodeRepository
from backoffice.global_events.metrics import NodeMetrics
from backoffice.global_events.models import STREAM
from backoffice.metadata import NAME
from consumers.cells.message import CELLS_TOPIC, Acknowledgement, decode_acknowledgement
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Message, Outcome, Topic
from consumers.stream.wiring import wire
from storage.clock import Clock
from storage.database import Database
from storage.settings import DatabaseSettings
from tracing import Tracing


@dataclass(frozen=True, slots=True)
class AcknowledgementReducer:
    """Applies batches of the topic of cells. Repeated, reordered and lost reports change nothing."""

    clock: Clock
    nodes: NodeRepository = field(default_factory=NodeRepository)

    async def apply(
        self, connection: AsyncConnection, messages: Sequence[Message[Acknowledgement]]
    ) -> Outcome:
        """Apply a batch of acknowledgements."""
        reports = [message.event for message in messages]
        stored = await self.nodes.store(connection, reports, self.clock.machine.now())
        return Outcome(stale=len(messages) - stored)


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    tracing: Tracing | None = None,
) -> Consumer:
    """Return a consumer of the back office's database; `registry` must be its own."""
    database = Database.open(database_settings, NAME, None if tracing is None else tracing.tracer)
    reducer = AcknowledgementReducer(clock)
    topics = [Topic(CELLS_TOPIC, decode_acknowledgement, reducer.apply, shared=True)]
    metrics = NodeMetrics.of(database, clock, registry)
    return wire(
        App("furlong-backoffice", topics, (metrics.run,)),
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
        tracing=tracing,
    )
