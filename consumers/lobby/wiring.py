"""The lobby's consumer: where customers are, what stops them, and the lobbies of brands."""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts, Decisions
from consumers.messages.exclusions import ExclusionReducer, exclusion_topic
from consumers.messages.global_events.reducer import GlobalReducer
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.stream.topics import AnyTopic
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.kit.records.global_state import GlobalKind, GlobalStateRepository
from subgraphs.lobby.customer_data import erasure_of
from subgraphs.lobby.models import GLOBAL_STATE, REFERENCE, STREAM


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    dialect = parts.database.dialect
    writer, erasure = ReferenceWriter(REFERENCE, dialect), erasure_of(dialect, parts.pseudonyms)
    reference = ReferenceReducer(writer)
    return [
        *reference_topics(reference.accounts, reference.schemes, reference.weeks, erasure, parts.clock),
        exclusion_topic(ExclusionReducer(writer, erasure).apply, writer),
    ]


def _decisions(_: ConsumerParts) -> Decisions:
    return Decisions(GlobalReducer(GlobalStateRepository(GLOBAL_STATE), {GlobalKind.LOBBY: None}))


create_consumer: Final = BlockConsumer("lobby", STREAM, _topics, _decisions)
