"""The progress consumer: bets, accounts and schemes."""

from prometheus_client import CollectorRegistry

from consumers.progress.apply import ProgressApply
from consumers.progress.events import PROGRESS_TOPIC, decode_bet
from consumers.reference.apply import reference_topics
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Topic
from consumers.stream.wiring import wire
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.reference import ReferenceRepository, ReferenceWriter
from subgraphs.kit.settings import DatabaseSettings
from subgraphs.progress.ledger import Ledger
from subgraphs.progress.models import REFERENCE, STREAM
from subgraphs.progress.repository import LedgerRepository


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
) -> Consumer:
    """A consumer over the progress database; `registry` must be its own."""
    database = Database.open(database_settings, "progress")
    ledger = Ledger(LedgerRepository(database.dialect), ReferenceRepository(REFERENCE))
    apply = ProgressApply(ledger, ReferenceWriter(REFERENCE, database.dialect))
    topics = [
        *reference_topics(apply.accounts, apply.schemes),
        Topic(PROGRESS_TOPIC, decode_bet, apply.bets),
    ]
    return wire(
        App("furlong-progress", topics),
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
    )
