"""Puts a consumer together: the composition root that the apps' wiring shares."""

from prometheus_client import CollectorRegistry

from consumers.stream.batch import Sink
from consumers.stream.consumer import App, Consumer
from consumers.stream.deadletters import DeadLetters
from consumers.stream.positions import Positions
from consumers.stream.settings import StreamSettings
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.tables import StreamTables


def wire(
    app: App,
    database: Database,
    tables: StreamTables,
    *,
    settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
) -> Consumer:
    """A consumer of the app's topics that writes into the database, which it closes at its end."""
    sink = Sink(
        shard=database.home,
        positions=Positions(tables.position, database.dialect, clock),
        dead_letters=DeadLetters(tables.dead_letter, database.dialect, clock),
    )
    return Consumer(app, settings, database, sink, registry)
