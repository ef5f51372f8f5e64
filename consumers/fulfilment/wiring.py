"""The fulfilment consumer: schemes, weeks, accounts, choices, qualifications, goodwill, its own outcomes."""

from prometheus_client import CollectorRegistry

from consumers.acknowledgements.acknowledger import acknowledging
from consumers.acknowledgements.settings import NodeSettings
from consumers.fulfilment.decisions import ProviderDecisions, ProviderHealthReader
from consumers.fulfilment.messages import decode_goodwill, decode_published
from consumers.fulfilment.reducers import FulfilmentReducer
from consumers.messages.customer_weeks import (
    CHOICE_TOPIC,
    QUALIFICATION_TOPIC,
    decode_choice,
    decode_qualification,
)
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Topic
from consumers.stream.wiring import wire
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing
from subgraphs.club_kit.records.reference import ReferenceWriter
from subgraphs.fulfilment.customer_data import erasure_of
from subgraphs.fulfilment.goodwill import GOODWILL_TOPIC
from subgraphs.fulfilment.models import REFERENCE, STREAM
from subgraphs.fulfilment.payout.provider_decisions import ProviderHolds
from subgraphs.fulfilment.repository import ProviderRepository
from subgraphs.fulfilment.service import FulfilmentService
from subgraphs.fulfilment.state.outcomes import OUTCOMES_TOPIC
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.records.erasure import Pseudonyms


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    tracing: Tracing | None = None,
    *,
    changed: CustomersChanged | None = None,
    node: NodeSettings | None = None,
) -> Consumer:
    """Return a consumer of the fulfilment database; `registry` must be its own.

    `changed` is called with customers whose data a commit has changed. `node` names this node; by default
    the settings do.
    """
    database = Database.open(database_settings, "fulfilment", None if tracing is None else tracing.tracer)
    writer = ReferenceWriter(REFERENCE, database.dialect)
    erasure = erasure_of(database.dialect, Pseudonyms.from_settings(database_settings))
    reducer = FulfilmentReducer(FulfilmentService.of(database.dialect), writer, clock, erasure=erasure)
    reference = ReferenceReducer(writer)
    topics = [
        *reference_topics(reducer.accounts, reference.schemes, reference.weeks, erasure, clock),
        Topic(CHOICE_TOPIC, decode_choice, reducer.choices),
        Topic(OUTCOMES_TOPIC, decode_published, reducer.published, reference=True),
        Topic(QUALIFICATION_TOPIC, decode_qualification, reducer.qualifications),
        Topic(GOODWILL_TOPIC, decode_goodwill, reducer.goodwill),
    ]
    holds = ProviderHolds(ProviderRepository(database.dialect), clock)
    app = acknowledging(
        App("furlong-fulfilment", topics),
        "fulfilment",
        ProviderDecisions(holds).reducer,
        database,
        STREAM.dead_letter,
        stream=stream_settings,
        clock=clock,
        node=node,
        workers=ProviderHealthReader(clock).read,
    )
    return wire(
        app,
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
        tracing=tracing,
        changed=changed,
    )
