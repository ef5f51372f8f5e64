"""The topics of the club, and their creation on a broker."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from consumers.stream.database.dead_letter_relay import DEAD_LETTER_SUFFIX
from furlong.settings import TopicSettings

DAY_MS = 24 * 60 * 60 * 1000
POLICY, RETENTION = "cleanup.policy", "retention.ms"
DEAD_LETTERS = {"max.message.bytes": str(2 * 2**20)}
"""Room for the largest record of the other topics, and for headers that say where it came from."""


class RetentionPolicy(Enum):
    """What a topic keeps.

    LATEST: the last message of each key, for ever.
    BETS, FACTS: all messages, for as long as the settings say.
    """

    LATEST = "latest"
    BETS = "bets"
    FACTS = "facts"


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """A topic as it should be; if `partitions` is None, the command line decides on their number."""

    name: str
    retention: RetentionPolicy
    partitions: int | None = None
    dead_letters: bool = False

    def config(self, settings: TopicSettings) -> dict[str, str]:
        """Return the settings of the topic that replace the broker's defaults."""
        if self.retention is RetentionPolicy.LATEST:
            kept = {POLICY: "compact"}
        else:
            bets = self.retention is RetentionPolicy.BETS
            days = settings.retention_days if bets else settings.facts_retention_days
            kept = {POLICY: "delete", RETENTION: str(days * DAY_MS)}
        return kept | (DEAD_LETTERS if self.dead_letters else {})


def _dead_letters_of(plan: TopicPlan) -> TopicPlan:
    return TopicPlan(plan.name + DEAD_LETTER_SUFFIX, RetentionPolicy.FACTS, partitions=1, dead_letters=True)


MESSAGES = (
    TopicPlan("club.progress.v1", RetentionPolicy.BETS),
    TopicPlan("club.account-status.v1", RetentionPolicy.LATEST),
    TopicPlan("club.membership.v1", RetentionPolicy.LATEST),
    TopicPlan("club.qualification.v1", RetentionPolicy.FACTS),
    TopicPlan("club.choice.v1", RetentionPolicy.FACTS),
    TopicPlan("club.adjustment.v1", RetentionPolicy.FACTS),
    TopicPlan("club.goodwill.v1", RetentionPolicy.FACTS),
    TopicPlan("club.outcomes.v1", RetentionPolicy.FACTS),
    TopicPlan("club.reward-config.v1", RetentionPolicy.LATEST, partitions=1),
    TopicPlan("club.scheme.v1", RetentionPolicy.LATEST, partitions=1),
    TopicPlan("club.week.v1", RetentionPolicy.LATEST, partitions=1),
    TopicPlan("club.global.v1", RetentionPolicy.LATEST, partitions=1),
    TopicPlan("club.cells.v1", RetentionPolicy.LATEST, partitions=1),
)
KEYED_TOPICS = tuple(plan.name for plan in MESSAGES if plan.partitions is None)
"""The topics that are keyed by customer, of which a cell reads its own partitions."""

TOPICS = (
    *MESSAGES,
    *(_dead_letters_of(plan) for plan in MESSAGES),
)
"""All topics: those of messages, and the topic of dead letters for each."""


def feed_topics(names: Iterable[str]) -> tuple[TopicPlan, ...]:
    """Return the topics of feeds, which the platform owns in production, and of their dead letters."""
    plans = [TopicPlan(name, RetentionPolicy.BETS) for name in names]
    return (*plans, *(_dead_letters_of(plan) for plan in plans))


async def create_topics(
    bootstrap: str,
    partitions: int,
    replication: int,
    settings: TopicSettings,
    topics: Iterable[TopicPlan] = TOPICS,
) -> list[str]:
    """Create the topics that are missing.

    Args:
        bootstrap: Addresses of brokers.
        partitions: Number of partitions of topics that are keyed by customer.
        replication: Copies of each partition; at most the number of brokers.
        settings: How long topics keep their messages.
        topics: The topics to create.

    Returns:
        The names of the topics that were created.

    Raises:
        aiokafka.errors.KafkaError: No broker responds, or the broker refuses.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        for topic in missing:
            await _create(admin, topic, topic.config(settings), partitions, replication)
    finally:
        await admin.close()
    return [topic.name for topic in missing]


async def _create(
    admin: AIOKafkaAdminClient, topic: TopicPlan, config: dict[str, str], partitions: int, replication: int
) -> None:
    new = NewTopic(
        topic.name,
        num_partitions=topic.partitions or partitions,
        replication_factor=replication,
        topic_configs=config,
    )
    response = await admin.create_topics([new])
    for _, code, *message in response.topic_errors:
        if code not in {0, TopicAlreadyExistsError.errno}:
            raise RuntimeError(f"the broker refuses topic {topic.name}: {message[0] or f'error {code}'}")
