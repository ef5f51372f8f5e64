"""The topics on which adapters tell what they know, for modules that need no client of Kafka."""

from typing import Final

from subgraphs.kit.topics import Copied, Retention, TopicPlan

MARKETS: Final = TopicPlan("provider.market.v1", Retention.LATEST, 12, copied=Copied.FROM_HOME)
"""Whole states of markets, by adapter and market."""

STATUS: Final = TopicPlan("provider.status.v1", Retention.LATEST, 1, copied=Copied.FROM_HOME)
"""How each adapter is, by its name."""

PLANS: Final = (MARKETS, STATUS)
