"""The consumer of bets: brands with their schemes, accounts, exclusions, and results."""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts
from consumers.bets.messages import decode_result
from consumers.bets.reducers import ResultReducer
from consumers.messages.exclusions import ExclusionReducer, exclusion_topic
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.stream.topics import AnyTopic, Topic
from subgraphs.bets.customer_data import erasure_of
from subgraphs.bets.models import BETS, REFERENCE, STREAM
from subgraphs.bets.records.results import ResultStore
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.kit.topics import EVENT_RESULT_TOPIC


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    dialect = parts.database.dialect
    writer, erasure = ReferenceWriter(REFERENCE, dialect), erasure_of(dialect, parts.pseudonyms)
    reference, results = ReferenceReducer(writer), ResultReducer(ResultStore(BETS), parts.clock.machine)
    return [
        *reference_topics(reference.accounts, reference.schemes, reference.weeks, erasure, parts.clock),
        exclusion_topic(ExclusionReducer(writer, erasure).apply, writer),
        Topic(EVENT_RESULT_TOPIC, decode_result, results.apply, shared=True),
    ]


create_consumer: Final = BlockConsumer("bets", STREAM, _topics)
