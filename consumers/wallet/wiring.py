"""The wallet's consumer: brands with their schemes, and accounts, which say where customers are."""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.stream.topics import AnyTopic
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.wallet.customer_data import erasure_of
from subgraphs.wallet.models import REFERENCE, STREAM


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    dialect = parts.database.dialect
    reference = ReferenceReducer(ReferenceWriter(REFERENCE, dialect))
    erasure = erasure_of(dialect, parts.pseudonyms)
    return reference_topics(reference.accounts, reference.schemes, reference.weeks, erasure, parts.clock)


create_consumer: Final = BlockConsumer("wallet", STREAM, _topics)
