"""The fulfilment consumer: reference data, exclusions, choices, qualifications, goodwill, own outcomes."""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts, Decisions
from consumers.fulfilment.decisions import ProviderDecisions, ProviderHealthReader
from consumers.fulfilment.messages import decode_goodwill, decode_published
from consumers.fulfilment.reducers import FulfilmentReducer
from consumers.messages.customer_weeks import decode_choice, decode_qualification
from consumers.messages.exclusions import exclusion_topic
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.stream.topics import AnyTopic, Topic
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.club_kit.topics import CHOICE_TOPIC, GOODWILL_TOPIC, OUTCOMES_TOPIC, QUALIFICATION_TOPIC
from subgraphs.fulfilment.customer_data import erasure_of
from subgraphs.fulfilment.models import REFERENCE, STREAM
from subgraphs.fulfilment.payout.provider_decisions import ProviderHolds
from subgraphs.fulfilment.repository import ProviderRepository
from subgraphs.fulfilment.service import FulfilmentService


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    dialect, clock = parts.database.dialect, parts.clock
    writer, erasure = ReferenceWriter(REFERENCE, dialect), erasure_of(dialect, parts.pseudonyms)
    reducer = FulfilmentReducer(FulfilmentService.of(dialect), writer, clock, erasure=erasure)
    reference = ReferenceReducer(writer)
    return [
        *reference_topics(reducer.accounts, reference.schemes, reference.weeks, erasure, clock),
        exclusion_topic(reducer.exclusions, writer),
        Topic(CHOICE_TOPIC, decode_choice, reducer.choices),
        Topic(OUTCOMES_TOPIC, decode_published, reducer.published, reference=True),
        Topic(QUALIFICATION_TOPIC, decode_qualification, reducer.qualifications),
        Topic(GOODWILL_TOPIC, decode_goodwill, reducer.goodwill),
    ]


def _decisions(parts: ConsumerParts) -> Decisions:
    holds = ProviderHolds(ProviderRepository(parts.database.dialect), parts.clock)
    return Decisions(ProviderDecisions(holds).reducer, ProviderHealthReader(parts.clock).read)


create_consumer: Final = BlockConsumer("fulfilment", STREAM, _topics, _decisions)
