"""The fulfilment consumer: qualifications, choices, accounts, schemes, and its own outcomes read back."""

from prometheus_client import CollectorRegistry

from consumers.fulfilment.apply import FulfilmentApply
from consumers.fulfilment.published import decode_published
from consumers.reference.apply import ReferenceApply, reference_topics
from consumers.reference.choices import CHOICE_TOPIC, decode_choice
from consumers.reference.events import ACCOUNT_TOPIC, SCHEME_TOPIC
from consumers.reference.qualifications import QUALIFICATION_TOPIC, decode_qualification
from consumers.stream.caught_up import CatchUp
from consumers.stream.consumer import App, Consumer
from consumers.stream.positions import Positions
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Topic
from consumers.stream.wiring import wire
from storage.clock import Clock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.fulfilment.erasure import erasure_of
from subgraphs.fulfilment.models import REFERENCE, STREAM
from subgraphs.fulfilment.service import FulfilmentService
from subgraphs.fulfilment.state.outcome_facts import OUTCOMES_TOPIC
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.reference import ReferenceWriter
from subgraphs.kit.records.week_definitions import WEEK_TOPIC


def catch_up(database: Database, stream_settings: StreamSettings, clock: Clock) -> CatchUp:
    """Tell whether a fulfilment database has applied all that its topics held at first sight."""
    topics = {CHOICE_TOPIC, OUTCOMES_TOPIC, QUALIFICATION_TOPIC, ACCOUNT_TOPIC, SCHEME_TOPIC, WEEK_TOPIC}
    positions = Positions.of(STREAM.position, database.dialect, clock)
    return CatchUp(stream_settings, topics, database, positions)


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
) -> Consumer:
    """A consumer over the fulfilment database; `registry` must be its own."""
    database = Database.open(database_settings, "fulfilment")
    writer = ReferenceWriter(REFERENCE, database.dialect)
    erasure = erasure_of(database.dialect, Pseudonyms.from_settings(database_settings))
    apply = FulfilmentApply(FulfilmentService.of(database.dialect), writer, clock, erasure=erasure)
    reference = ReferenceApply(writer)
    topics = [
        *reference_topics(apply.accounts, reference.schemes, reference.weeks, erasure, clock),
        Topic(CHOICE_TOPIC, decode_choice, apply.choices),
        Topic(OUTCOMES_TOPIC, decode_published, apply.published),
        Topic(QUALIFICATION_TOPIC, decode_qualification, apply.qualifications),
    ]
    return wire(
        App("furlong-fulfilment", topics),
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
    )
