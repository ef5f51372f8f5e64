"""The events consumer: sports events, markets and how their providers are."""

from functools import partial
from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts, Decisions
from consumers.events.decisions import EventDecisions
from consumers.events.messages import (
    decode_fixture,
    decode_market,
    decode_stats,
    decode_status,
    decode_video,
)
from consumers.events.reducers import EventReducer
from consumers.stream.topics import AnyTopic, Topic
from subgraphs.events.models import PICTURE, STATISTICS, STREAM
from subgraphs.events.settings import EventsSettings
from subgraphs.kit.topics import FIXTURE_TOPIC, MARKET_TOPIC, STATS_TOPIC, STATUS_TOPIC, VIDEO_TOPIC


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    reducer = EventReducer(parts.clock, EventsSettings().trust_limits)
    return [
        Topic(FIXTURE_TOPIC, decode_fixture, reducer.fixtures, shared=True),
        Topic(MARKET_TOPIC, decode_market, reducer.markets, shared=True),
        Topic(STATS_TOPIC, decode_stats, partial(reducer.additions, STATISTICS), shared=True),
        Topic(VIDEO_TOPIC, decode_video, partial(reducer.additions, PICTURE), shared=True),
        Topic(STATUS_TOPIC, decode_status, reducer.statuses, shared=True),
    ]


def _decisions(parts: ConsumerParts) -> Decisions:
    return Decisions(EventDecisions(parts.clock).reducer)


create_consumer: Final = BlockConsumer("events", STREAM, _topics, _decisions)
