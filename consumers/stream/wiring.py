"""Builds a consumer: the composition root that the apps share."""

from dataclasses import replace
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry

from consumers.stream.broker.kafka_source import KafkaSource
from consumers.stream.broker.source import Join
from consumers.stream.cell_partitions import CellPartitions
from consumers.stream.consumer import App, Consumer
from consumers.stream.database.dead_letters import DeadLetterLimit, DeadLetters
from consumers.stream.database.positions import Positions
from consumers.stream.database.sink import Sink
from consumers.stream.database.traced_sink import TracedSink
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.tracing import Tracing
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.records.tables import StreamTables


def wire(
    app: App,
    database: Database,
    tables: StreamTables,
    *,
    settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    join: Join | None = None,
    tracing: Tracing | None = None,
    changed: CustomersChanged | None = None,
) -> Consumer:
    """Return a consumer of the app's topics; it writes into the database, and closes it when it ends.

    It joins a Kafka group unless `join` says otherwise, records traces if `tracing` is given, and calls
    `changed` with customers whose data a commit has changed. A cell's consumer has a group of its own, which
    reads the cell's partitions only.
    """
    cell = CellPartitions.of(database.fence.cell, app.topics)
    if cell is not None:
        app = replace(app, group=cell.cell.group(app.group))
    positions = Positions.of(tables.position, database.dialect, clock)
    parts: dict[str, Any] = {
        "database": database,
        "positions": positions,
        "dead_letters": DeadLetters(tables.dead_letter, database.dialect, clock, positions),
        "limit": DeadLetterLimit(settings.dead_letter_limit, settings.dead_letter_share),
        "changed": changed,
        "cell": cell,
    }
    sink = Sink(**parts)
    if tracing is not None:
        sink = TracedSink(**parts, tracing=tracing, system=database.dialect)
    topics = [topic.name for topic in app.topics]
    kafka = partial(KafkaSource.join, settings, app.group, topics, cell=cell)
    return Consumer(app, settings, database, sink, join=join or kafka, registry=registry)
