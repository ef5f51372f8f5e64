"""Puts a consumer together: the composition root that the apps' wiring shares."""

from functools import partial

from prometheus_client import CollectorRegistry

from consumers.stream.consumer import App, Consumer
from consumers.stream.deadletters import DeadLetters
from consumers.stream.kafka import KafkaSource
from consumers.stream.limits import DeadLetterLimit
from consumers.stream.positions import Positions
from consumers.stream.settings import StreamSettings
from consumers.stream.sink import Sink
from consumers.stream.source import Join
from storage.clock import Clock
from storage.database import Database
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
) -> Consumer:
    """A consumer of the app's topics that writes into the database, which it closes at its end.

    It reads from Kafka, unless told how else to join.
    """
    positions = Positions.of(tables.position, database.dialect, clock)
    sink = Sink(
        shard=database.home,
        positions=positions,
        dead_letters=DeadLetters(tables.dead_letter, database.dialect, clock, positions),
        limit=DeadLetterLimit(settings.dead_letter_limit, settings.dead_letter_share),
    )
    topics = [topic.name for topic in app.topics]
    kafka = partial(KafkaSource.join, settings, app.group, topics)
    return Consumer(app, settings, database, sink, join=join or kafka, registry=registry)
