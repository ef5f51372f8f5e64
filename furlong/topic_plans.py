"""The plans of all topics of messages, for modules that need no client of Kafka."""

from typing import Final

from providers.topics import PLANS
from subgraphs.block_list import BLOCKS
from subgraphs.club_kit.topics import ACCOUNT_TOPIC, SCHEME_TOPIC, SERVED_TOPIC, WEEK_TOPIC
from subgraphs.kit.topics import CELLS_TOPIC, GLOBAL_TOPIC, Copied, Retention, TopicPlan

MESSAGES: Final = (
    TopicPlan(ACCOUNT_TOPIC, Retention.LATEST),
    TopicPlan(SCHEME_TOPIC, Retention.LATEST, 1, is_public=True, copied=Copied.FROM_HOME),
    TopicPlan(WEEK_TOPIC, Retention.LATEST, 1, is_public=True, copied=Copied.NOWHERE),
    TopicPlan(GLOBAL_TOPIC, Retention.LATEST, 1, is_public=True, copied=Copied.FROM_HOME),
    TopicPlan(CELLS_TOPIC, Retention.LATEST, 1, copied=Copied.TO_HOME),
    TopicPlan(SERVED_TOPIC, Retention.FACTS, 1, copied=Copied.NOWHERE),
    *PLANS,
    *(topic for block in BLOCKS for topic in block.topics),
)
"""The topics of messages: those that no single block has, and each block's own."""

KEYED_TOPICS: Final = tuple(plan.name for plan in MESSAGES if plan.partitions is None)
"""The topics that are keyed by customer, of which a cell reads its own partitions."""

PUBLIC_TOPICS: Final = tuple(plan.name for plan in MESSAGES if plan.is_public)
"""The topics whose messages change what everybody sees of a brand."""

FROM_HOME: Final = tuple(plan.name for plan in MESSAGES if plan.copied is Copied.FROM_HOME)
TO_HOME: Final = tuple(plan.name for plan in MESSAGES if plan.copied is Copied.TO_HOME)
"""The topics that are copied between regions, by their direction."""
