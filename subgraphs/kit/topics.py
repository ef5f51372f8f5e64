"""What a topic of messages keeps, who reads it, and where it is copied: the plan that it is created by."""

from enum import Enum
from typing import Final, NamedTuple

CELLS_TOPIC: Final = "club.cells.v1"
"""What nodes report: what they have applied, and how they are."""

GLOBAL_TOPIC: Final = "club.global.v1"
"""What is decided for all nodes."""

EXCLUSION_TOPIC: Final = "wallet.exclusion.v1"
"""Breaks and self-exclusions that customers chose, which every block obeys."""

NOTICE_TOPIC: Final = "wallet.notice.v1"
"""What customers are to be asked or told about their limits; sending it is the operator's."""

FIXTURE_TOPIC: Final = "provider.fixture.v1"
MARKET_TOPIC: Final = "provider.market.v1"
STATS_TOPIC: Final = "provider.stats.v1"
VIDEO_TOPIC: Final = "provider.video.v1"
STATUS_TOPIC: Final = "provider.status.v1"
"""What providers tell of sports events and markets, and how their adapters are."""

EVENT_OFFER_TOPIC: Final = "event.offer.v1"
EVENT_MARKET_TOPIC: Final = "event.market.v1"
EVENT_RESULT_TOPIC: Final = "event.result.v1"
"""What sports events are called, on which each market is, and what decides bets on it: what the block of
events makes of that."""

BET_STATE_TOPIC: Final = "bet.state.v1"
"""How bets stand and what they return, of our block of bets or of an operator's own betting engine."""


class Retention(Enum):
    """What a topic keeps.

    LATEST: the last message of each key, for ever.
    BETS, FACTS: all messages, for as long as the settings say.
    """

    LATEST = "latest"
    BETS = "bets"
    FACTS = "facts"


class Copied(Enum):
    """How a topic that is not keyed by customer is copied between regions.

    FROM_HOME: what is decided once for all regions goes from home to each other one.
    TO_HOME: what each node reports to the back office goes from each other region to home.
    NOWHERE: each region keeps it for itself.
    """

    FROM_HOME = "from home"
    TO_HOME = "to home"
    NOWHERE = "nowhere"


class TopicPlan(NamedTuple):
    """A topic as it should be.

    Attributes:
        partitions: How many; None if it is keyed by customer, and the command line decides on their number.
        is_public: Whether each message changes what everybody sees of a brand, such as rules or menus; its
            key begins with the brand. Each message has all subgraphs read their public data again, so a
            topic with many messages must not be one.
        copied: How it is copied between regions; None if it is keyed by customer, for customers have one.
    """

    name: str
    retention: Retention
    partitions: int | None = None
    is_public: bool = False
    copied: Copied | None = None
