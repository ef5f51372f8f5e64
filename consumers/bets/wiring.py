"""The consumer of bets: brands with their schemes, accounts, exclusions, results, and traders' decisions."""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts, Decisions
from consumers.bets.decisions import TradingReducer
from consumers.bets.messages import decode_result
from consumers.bets.reducers import ResultReducer
from consumers.bets.trading_messages import decode_factor, decode_void
from consumers.messages.exclusions import ExclusionReducer, exclusion_topic
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.stream.topics import AnyTopic, Topic
from subgraphs.bets.customer_data import erasure_of
from subgraphs.bets.models import BETS, GLOBAL_STATE, REFERENCE, STREAM, TRADING
from subgraphs.bets.records.results import ResultStore
from subgraphs.bets.trading.decided import TradingDecisions
from subgraphs.bets.trading.topics import FACTOR_TOPIC, VOID_TOPIC
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.kit.topics import EVENT_RESULT_TOPIC


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    dialect = parts.database.dialect
    writer, erasure = ReferenceWriter(REFERENCE, dialect), erasure_of(dialect, parts.pseudonyms)
    reference, results = ReferenceReducer(writer), ResultReducer(ResultStore(BETS), parts.clock.machine)
    trading = _trading(parts)
    return [
        *reference_topics(reference.accounts, reference.schemes, reference.weeks, erasure, parts.clock),
        exclusion_topic(ExclusionReducer(writer, erasure).apply, writer),
        Topic(EVENT_RESULT_TOPIC, decode_result, results.apply, shared=True),
        Topic(FACTOR_TOPIC, decode_factor, trading.factors),
        Topic(VOID_TOPIC, decode_void, trading.bets),
    ]


def _decisions(parts: ConsumerParts) -> Decisions:
    return Decisions(_trading(parts).reducer)


def _trading(parts: ConsumerParts) -> TradingReducer:
    erasure = erasure_of(parts.database.dialect, parts.pseudonyms)
    decisions = TradingDecisions(TRADING, GLOBAL_STATE)
    return TradingReducer(decisions, ResultStore(BETS), erasure, parts.clock.machine)


create_consumer: Final = BlockConsumer("bets", STREAM, _topics, _decisions)
