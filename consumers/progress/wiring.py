"""The progress consumer: reference data, qualifications, outcomes, adjustments and bets."""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts
from consumers.messages.customer_weeks import decode_qualification
from consumers.messages.exclusions import ExclusionReducer, exclusion_topic
from consumers.messages.memberships import decode_membership_or_erasure
from consumers.messages.reducers import reference_topics
from consumers.progress.event_messages import decode_event_market, decode_offer
from consumers.progress.event_reducers import KnownEventReducer
from consumers.progress.messages import decode_adjustment, decode_bet, decode_outcome
from consumers.progress.reducers import ProgressReducer
from consumers.stream.topics import AnyTopic, Topic
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.club_kit.topics import (
    ADJUSTMENT_TOPIC,
    MEMBERSHIP_TOPIC,
    OUTCOMES_TOPIC,
    PROGRESS_TOPIC,
    QUALIFICATION_TOPIC,
    SCHEME_TOPIC,
    WEEK_TOPIC,
)
from subgraphs.kit.topics import EVENT_MARKET_TOPIC, EVENT_OFFER_TOPIC
from subgraphs.progress.customer_data import erasure_of
from subgraphs.progress.ledger.event_changes import EventChanges
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import REFERENCE, STREAM

SHARED: Final = frozenset({SCHEME_TOPIC, WEEK_TOPIC})


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    dialect, clock = parts.database.dialect, parts.clock
    erasure = erasure_of(dialect, parts.pseudonyms)
    ledger = ledger_of(dialect, clock)
    writer = ReferenceWriter(REFERENCE, dialect)
    reducer = ProgressReducer(ledger, writer, clock, erasure)
    events = KnownEventReducer(EventChanges(ledger))
    return [
        *reference_topics(reducer.accounts, reducer.schemes, reducer.weeks, erasure, clock),
        exclusion_topic(ExclusionReducer(writer, erasure).apply, writer),
        Topic(MEMBERSHIP_TOPIC, decode_membership_or_erasure, reducer.memberships_or_erased, reference=True),
        Topic(QUALIFICATION_TOPIC, decode_qualification, reducer.qualifications, reference=True),
        Topic(OUTCOMES_TOPIC, decode_outcome, reducer.outcomes),
        Topic(ADJUSTMENT_TOPIC, decode_adjustment, reducer.adjustments),
        Topic(EVENT_OFFER_TOPIC, decode_offer, events.offers, waits=False, shared=True),
        Topic(EVENT_MARKET_TOPIC, decode_event_market, events.markets, waits=False, shared=True),
        Topic(PROGRESS_TOPIC, decode_bet, reducer.bets),
    ]


create_consumer: Final = BlockConsumer("progress", STREAM, _topics)
