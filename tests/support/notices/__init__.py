"""A block that is not the club's: notices of the platform, and which customers have dismissed them.

It has no schemes, weeks, accounts or brands. Its notices belong to no brand; customers dismiss them by an
effect of its own.
"""

from typing import Final

from subgraphs.kit.block import Block
from subgraphs.kit.topics import Copied, Retention, TopicPlan

NOTICE_TOPIC: Final = "platform.notice.v1"
DISMISSED_TOPIC: Final = "platform.notice-dismissed.v1"
BLOCK: Final = Block(
    "notices",
    package=__name__,
    consumer=__name__,
    has_intents=True,
    topics=(
        TopicPlan(NOTICE_TOPIC, Retention.LATEST, 1, copied=Copied.FROM_HOME),
        TopicPlan(DISMISSED_TOPIC, Retention.FACTS),
    ),
)
