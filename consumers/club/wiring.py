"""The club's consumer: accounts and schemes."""

from prometheus_client import CollectorRegistry

from consumers.reference.apply import ReferenceApply, reference_topics
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.wiring import wire
from subgraphs.club.models import REFERENCE, STREAM
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.reference import ReferenceWriter
from subgraphs.kit.settings import DatabaseSettings


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
) -> Consumer:
    """A consumer over the club's database; `registry` must be its own."""
    database = Database.open(database_settings, "club")
    apply = ReferenceApply(ReferenceWriter(REFERENCE, database.dialect))
    app = App("furlong-club", reference_topics(apply.accounts, apply.schemes))
    return wire(app, database, STREAM, settings=stream_settings, registry=registry, clock=clock)
