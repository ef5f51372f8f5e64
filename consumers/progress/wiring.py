"""The progress consumer: reference data, qualifications, outcomes, adjustments and bets."""

from typing import Final

from prometheus_client import CollectorRegistry

from consumers.messages.customer_weeks import QUALIFICATION_TOPIC, decode_qualification
from consumers.messages.memberships import MEMBERSHIP_TOPIC, decode_membership_or_erasure
from consumers.messages.reducers import reference_topics
from consumers.messages.schemes import SCHEME_TOPIC
from consumers.progress.messages import (
    OUTCOMES_TOPIC,
    PROGRESS_TOPIC,
    decode_adjustment,
    decode_bet,
    decode_outcome,
)
from consumers.progress.reducers import ProgressReducer
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Topic
from consumers.stream.wiring import wire
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing
from subgraphs.club_kit.records.reference import ReferenceWriter
from subgraphs.club_kit.records.week_definitions import WEEK_TOPIC
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.progress.adjustment_repository import ADJUSTMENT_TOPIC
from subgraphs.progress.customer_data import erasure_of
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import REFERENCE, STREAM

SHARED: Final = frozenset({SCHEME_TOPIC, WEEK_TOPIC})


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    tracing: Tracing | None = None,
    *,
    changed: CustomersChanged | None = None,
) -> Consumer:
    """Return a consumer of the progress database; `registry` must be its own.

    `changed` is called with customers whose data a commit has changed.
    """
    database = Database.open(database_settings, "progress", None if tracing is None else tracing.tracer)
    ledger = ledger_of(database.dialect, clock)
    erasure = erasure_of(database.dialect, Pseudonyms.from_settings(database_settings))
    reducer = ProgressReducer(ledger, ReferenceWriter(REFERENCE, database.dialect), clock, erasure)
    topics = [
        *reference_topics(reducer.accounts, reducer.schemes, reducer.weeks, erasure, clock),
        Topic(MEMBERSHIP_TOPIC, decode_membership_or_erasure, reducer.memberships_or_erased, reference=True),
        Topic(QUALIFICATION_TOPIC, decode_qualification, reducer.qualifications, reference=True),
        Topic(OUTCOMES_TOPIC, decode_outcome, reducer.outcomes),
        Topic(ADJUSTMENT_TOPIC, decode_adjustment, reducer.adjustments),
        Topic(PROGRESS_TOPIC, decode_bet, reducer.bets),
    ]
    return wire(
        App("furlong-progress", topics),
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
        tracing=tracing,
        changed=changed,
    )
