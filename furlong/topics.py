"""The topics of the club, and how they are made on a real broker."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from consumers.stream.relay import SUFFIX

COMPACTED = {"cleanup.policy": "compact"}
DEAD_LETTERS = {"max.message.bytes": str(2 * 2**20)}
"""Room for a record as large as the other topics take, and for the headers that tell where it came from."""


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """A topic as it should be; `partitions` None means as many as are asked for on the command line."""

    name: str
    compacted: bool
    partitions: int | None = None
    dead_letters: bool = False

    @property
    def config(self) -> dict[str, str]:
        """What differs from the broker's own settings."""
        return (COMPACTED if self.compacted else {}) | (DEAD_LETTERS if self.dead_letters else {})


def _dead_letters_of(plan: TopicPlan) -> TopicPlan:
    return TopicPlan(plan.name + SUFFIX, compacted=False, partitions=1, dead_letters=True)


MESSAGES = (
    TopicPlan("club.progress.v1", compacted=False),
    TopicPlan("club.account-status.v1", compacted=True),
    TopicPlan("club.membership.v1", compacted=True),
    TopicPlan("club.qualification.v1", compacted=False),
    TopicPlan("club.choice.v1", compacted=False),
    TopicPlan("club.outcomes.v1", compacted=False),
    TopicPlan("club.reward-config.v1", compacted=True, partitions=1),
    TopicPlan("club.scheme.v1", compacted=True, partitions=1),
)
TOPICS = (
    *MESSAGES,
    *(_dead_letters_of(plan) for plan in MESSAGES),
)
"""All topics: those of messages, and beside each the one of its dead letters."""


def feed_topics(names: Iterable[str]) -> tuple[TopicPlan, ...]:
    """Topics of the platform's feeds, which are its own in production, and those of their dead letters."""
    plans = [TopicPlan(name, compacted=False) for name in names]
    return (*plans, *(_dead_letters_of(plan) for plan in plans))


async def create_topics(
    bootstrap: str, partitions: int, replication: int, topics: Iterable[TopicPlan] = TOPICS
) -> list[str]:
    """Makes the topics that are not there yet.

    Args:
        bootstrap: addresses of brokers.
        partitions: of the topics that are keyed by customer.
        replication: copies of each partition; at most the number of brokers.
        topics: what to make.

    Returns:
        The names of those that were made.

    Raises:
        aiokafka.errors.KafkaError: no broker answers, or it refuses.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in there]
        for topic in missing:
            await _create(admin, topic, partitions, replication)
    finally:
        await admin.close()
    return [topic.name for topic in missing]


async def _create(admin: AIOKafkaAdminClient, topic: TopicPlan, partitions: int, replication: int) -> None:
    new = NewTopic(
        topic.name,
        num_partitions=topic.partitions or partitions,
        replication_factor=replication,
        topic_configs=topic.config,
    )
    answer = await admin.create_topics([new])
    for _, code, *message in answer.topic_errors:
        if code not in {0, TopicAlreadyExistsError.errno}:
            raise RuntimeError(f"the broker refuses topic {topic.name}: {message[0] or f'error {code}'}")
