"""The events consumer: sports events, markets and how their providers are."""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts, Decisions
from consumers.events.decisions import MatchDecisions
from consumers.events.messages import decode_fixture, decode_market, decode_status
from consumers.events.reducers import EventReducer
from consumers.stream.topics import AnyTopic, Topic
from subgraphs.events.models import STREAM
from subgraphs.kit.topics import FIXTURE_TOPIC, MARKET_TOPIC, STATUS_TOPIC


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    reducer = EventReducer(parts.clock)
    return [
        Topic(FIXTURE_TOPIC, decode_fixture, reducer.fixtures, shared=True),
        Topic(MARKET_TOPIC, decode_market, reducer.markets, shared=True),
        Topic(STATUS_TOPIC, decode_status, reducer.statuses, shared=True),
    ]


def _decisions(parts: ConsumerParts) -> Decisions:
    return Decisions(MatchDecisions(parts.clock).reducer)


create_consumer: Final = BlockConsumer("events", STREAM, _topics, _decisions)
