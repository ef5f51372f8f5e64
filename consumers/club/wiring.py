"""The club's consumer: schemes, weeks, accounts and exclusions, which end memberships, and memberships."""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts, Decisions
from consumers.club.reducers import ClubReducer, MembershipReducer
from consumers.messages.exclusions import exclusion_topic
from consumers.messages.global_events.reducer import GlobalReducer
from consumers.messages.memberships import decode_membership_or_erasure
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.stream.topics import AnyTopic, Topic
from subgraphs.club.customer_data import erasure_of
from subgraphs.club.models import GLOBAL_STATE, REFERENCE, STREAM
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.club_kit.topics import MEMBERSHIP_TOPIC
from subgraphs.kit.records.global_state import GlobalKind, GlobalStateRepository


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    writer = ReferenceWriter(REFERENCE, parts.database.dialect)
    erasure = erasure_of(parts.database.dialect, parts.pseudonyms)
    reducer = ClubReducer(writer, parts.clock, erasure=erasure)
    reference = ReferenceReducer(writer)
    memberships = MembershipReducer(parts.clock, erasure=erasure).memberships
    return [
        *reference_topics(reducer.accounts, reference.schemes, reference.weeks, erasure, parts.clock),
        exclusion_topic(reducer.exclusions, writer),
        Topic(MEMBERSHIP_TOPIC, decode_membership_or_erasure, memberships, reference=True),
    ]


def _decisions(_parts: ConsumerParts) -> Decisions:
    kept = {GlobalKind.SWITCH: None, GlobalKind.BRAND: None}
    return Decisions(GlobalReducer(GlobalStateRepository(GLOBAL_STATE), kept))


create_consumer: Final = BlockConsumer("club", STREAM, _topics, _decisions)
