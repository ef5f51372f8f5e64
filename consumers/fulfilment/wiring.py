"""The fulfilment consumer: qualifications, choices, accounts and schemes."""

from prometheus_client import CollectorRegistry

from consumers.fulfilment.apply import FulfilmentApply
from consumers.fulfilment.events import CHOICE_TOPIC, decode_choice
from consumers.reference.apply import ReferenceApply, reference_topics
from consumers.reference.qualifications import QUALIFICATION_TOPIC, decode_qualification
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Topic
from consumers.stream.wiring import wire
from subgraphs.fulfilment.erasing import erasure_of
from subgraphs.fulfilment.models import REFERENCE, STREAM
from subgraphs.fulfilment.projections import Projections
from subgraphs.fulfilment.service import Entitlements
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.erasure import Pseudonyms
from subgraphs.kit.reference import ReferenceWriter
from subgraphs.kit.settings import DatabaseSettings


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
    apply = FulfilmentApply(Entitlements(Projections(database.dialect)), writer, clock, erasure=erasure)
    topics = [
        *reference_topics(apply.accounts, ReferenceApply(writer).schemes, erasure, clock),
        Topic(CHOICE_TOPIC, decode_choice, apply.choices),
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
