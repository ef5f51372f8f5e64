"""The back office's own consumer: what nodes acknowledge, and what cells have counted."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.figures.cell_figures import KIND as FIGURES
from backoffice.figures.cell_figures import CellFigures, FiguresReducer, decode_figures
from backoffice.global_events.acknowledgements import NodeMetrics, NodeRepository
from backoffice.global_events.models import STREAM
from backoffice.metadata import NAME
from consumers.acknowledgements.message import Acknowledgement, decode_acknowledgement
from consumers.messages.global_events.message import head_of
from consumers.stream.consumer import App, Consumer
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Message, Outcome, Topic
from consumers.stream.wiring import wire
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing
from subgraphs.kit.topics import CELLS_TOPIC

CellsEvent: TypeAlias = Acknowledgement | CellFigures


def decode_cells(record: Record) -> CellsEvent:
    """Return the message in a record of the topic of cells, by its kind.

    Raises:
        Poison: The record is none.
    """
    if head_of(record.value).get("kind") == FIGURES:
        return decode_figures(record)
    return decode_acknowledgement(record)


@dataclass(frozen=True, slots=True)
class CellsReducer:
    """Applies batches of the topic of cells. Repeated, reordered and lost messages change nothing."""

    clock: Clock
    nodes: NodeRepository = field(default_factory=NodeRepository)

    async def apply(self, connection: AsyncConnection, messages: Sequence[Message[CellsEvent]]) -> Outcome:
        """Apply a batch."""
        reports = [message.event for message in messages if isinstance(message.event, Acknowledgement)]
        counted = [
            Message(message.record, message.event)
            for message in messages
            if isinstance(message.event, CellFigures)
        ]
        stored = await self.nodes.store(connection, reports, self.clock.machine.now())
        figures = await FiguresReducer(self.clock).apply(connection, counted)
        return Outcome(stale=len(reports) - stored + figures.stale, conflicts=figures.conflicts)


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    tracing: Tracing | None = None,
    *,
    companions: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
) -> Consumer:
    """Return a consumer of the back office's database; `registry` must be its own.

    `companions` run beside it until it ends.
    """
    database = Database.open(database_settings, NAME, None if tracing is None else tracing.tracer)
    reducer = CellsReducer(clock)
    topics = [Topic(CELLS_TOPIC, decode_cells, reducer.apply, shared=True)]
    metrics = NodeMetrics.of(database, clock, registry)
    return wire(
        App("furlong-backoffice", topics, (metrics.run, *companions)),
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
        tracing=tracing,
    )
