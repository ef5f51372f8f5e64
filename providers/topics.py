"""The topics on which adapters tell what they know, for modules that need no client of Kafka."""

from typing import Final

from subgraphs.kit.topics import (
    FIXTURE_TOPIC,
    MARKET_TOPIC,
    STATS_TOPIC,
    STATUS_TOPIC,
    VIDEO_TOPIC,
    Copied,
    Retention,
    TopicPlan,
)

FIXTURES: Final = TopicPlan(FIXTURE_TOPIC, Retention.LATEST, 12, copied=Copied.FROM_HOME)
"""Sports events as their providers have them, by adapter and event."""

MARKETS: Final = TopicPlan(MARKET_TOPIC, Retention.LATEST, 12, copied=Copied.FROM_HOME)
"""Whole states of markets, by adapter and market."""

STATS: Final = TopicPlan(STATS_TOPIC, Retention.LATEST, 12, copied=Copied.FROM_HOME)
"""Statistics, by adapter and event."""

VIDEO: Final = TopicPlan(VIDEO_TOPIC, Retention.LATEST, 1, copied=Copied.FROM_HOME)
"""Pictures, by adapter and event."""

STATUS: Final = TopicPlan(STATUS_TOPIC, Retention.LATEST, 1, copied=Copied.FROM_HOME)
"""How each adapter is, by its name."""

PLANS: Final = (FIXTURES, MARKETS, STATS, VIDEO, STATUS)
