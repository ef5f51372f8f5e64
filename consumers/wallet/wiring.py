"""The wallet's consumer: brands with their schemes, accounts, and what finance decided.

It reads its own exclusions back, which are new only to a database that was restored from an older backup.
"""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts
from consumers.messages.exclusions import ExclusionReducer, exclusion_topic
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.stream.topics import AnyTopic, Topic
from consumers.wallet.messages import decode_check, decode_correction, decode_payment, decode_release
from consumers.wallet.reducers import FinanceReducer
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.wallet.customer_data import erasure_of
from subgraphs.wallet.models import PAYMENTS, REFERENCE, STREAM
from subgraphs.wallet.payments.records.store import PaymentStore
from subgraphs.wallet.topics import CHECK_TOPIC, CORRECTION_TOPIC, PAYMENT_TOPIC, RELEASE_TOPIC


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    dialect = parts.database.dialect
    writer, erasure = ReferenceWriter(REFERENCE, dialect), erasure_of(dialect, parts.pseudonyms)
    store = PaymentStore(parts.database, PAYMENTS)
    reference, finance = ReferenceReducer(writer), FinanceReducer(parts.clock, erasure, store)
    return [
        *reference_topics(reference.accounts, reference.schemes, reference.weeks, erasure, parts.clock),
        exclusion_topic(ExclusionReducer(writer, erasure).apply, writer),
        Topic(CORRECTION_TOPIC, decode_correction, finance.corrections),
        Topic(CHECK_TOPIC, decode_check, finance.checks),
        Topic(RELEASE_TOPIC, decode_release, finance.releases, shared=True),
        Topic(PAYMENT_TOPIC, decode_payment, finance.payments, shared=True),
    ]


create_consumer: Final = BlockConsumer("wallet", STREAM, _topics)
