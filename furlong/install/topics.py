"""The topics of the club: their creation on a broker, and their retention, compared with what is needed."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from consumers.stream.database.dead_letter_relay import DEAD_LETTER_SUFFIX
from furlong.settings import TopicSettings
from furlong.topic_plans import MESSAGES
from subgraphs.kit.topics import Retention, TopicPlan

DAY_MS = 24 * 60 * 60 * 1000
POLICY, RETENTION = "cleanup.policy", "retention.ms"
DEAD_LETTERS = {"max.message.bytes": str(2 * 2**20)}
"""Room for the largest record of the other topics, and for headers that say where it came from."""


def _dead_letters_of(plan: TopicPlan) -> TopicPlan:
    return TopicPlan(plan.name + DEAD_LETTER_SUFFIX, Retention.FACTS, partitions=1)


TOPICS: Final = (*MESSAGES, *(_dead_letters_of(plan) for plan in MESSAGES))
"""All topics: those of messages, and the topic of dead letters for each."""


def config_of(plan: TopicPlan, settings: TopicSettings) -> dict[str, str]:
    """Return the settings of a topic that replace the broker's defaults."""
    if plan.retention is Retention.LATEST:
        kept = {POLICY: "compact"}
    else:
        bets = plan.retention is Retention.BETS
        days = settings.retention_days if bets else settings.facts_retention_days
        kept = {POLICY: "delete", RETENTION: str(days * DAY_MS)}
    return kept | (DEAD_LETTERS if plan.name.endswith(DEAD_LETTER_SUFFIX) else {})


def feed_topics(names: Iterable[str]) -> tuple[TopicPlan, ...]:
    """Return the topics of feeds, which the platform owns in production, and of their dead letters."""
    plans = [TopicPlan(name, Retention.BETS) for name in names]
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
    async with _admin(bootstrap) as admin:
        existing = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        for topic in missing:
            await _create(admin, topic, config_of(topic, settings), partitions, replication)
    return [topic.name for topic in missing]


async def _create(
    admin: AIOKafkaAdminClient, topic: TopicPlan, config: dict[str, str], partitions: int, replication: int
) -> None:
    safe = {IN_SYNC: str(SAFE_COPIES)} if replication > SAFE_COPIES else {}
    new = NewTopic(
        topic.name,
        num_partitions=topic.partitions or partitions,
        replication_factor=replication,
        topic_configs={**config, **safe},
    )
    response = await admin.create_topics([new])
    for _, code, *message in response.topic_errors:
        if code not in {0, TopicAlreadyExistsError.errno}:
            raise RuntimeError(f"the broker refuses topic {topic.name}: {message[0] or f'error {code}'}")


WEEK = timedelta(days=7)
IN_SYNC: Final = "min.insync.replicas"
SAFE_COPIES: Final = 2
"""How many copies must have a message before it counts as stored; with more, a broker may be away."""

SET_ON_THE_TOPIC = 1
"""Kafka's code for a setting of the topic itself."""


@dataclass(frozen=True, slots=True)
class TopicConfig:
    """The settings of a topic.

    Attributes:
        values: All settings, defaults included.
        own: The settings of the topic itself.
    """

    values: Mapping[str, str]
    own: Mapping[str, str]

    @property
    def is_compacted(self) -> bool:
        """Whether the topic keeps the last message of each key for ever."""
        return self.values.get(POLICY) == "compact"

    @property
    def in_sync(self) -> int:
        """How many copies must have a message before the broker accepts it with `acks=all`."""
        return int(self.values.get(IN_SYNC, 1))

    @property
    def kept(self) -> timedelta | None:
        """How long the topic keeps messages; None for ever."""
        milliseconds = int(self.values.get(RETENTION, -1))
        return None if milliseconds < 0 or self.is_compacted else timedelta(milliseconds=milliseconds)


class TooShort(RuntimeError):
    """Topics keep their messages for less time than it takes to notice the loss of a database."""


def needed(settings: TopicSettings, grace: timedelta) -> timedelta:
    """Return how long messages must be kept: a week, its grace, and the time to notice a loss."""
    return WEEK + grace + timedelta(days=settings.notice_days)


def require_retention(configs: Mapping[str, TopicConfig], need: timedelta) -> None:
    """Check that topics keep their messages for long enough.

    Raises:
        TooShort: Some topics keep them too briefly; the message names them and says what to do.
    """
    short = {name: config.kept for name, config in configs.items() if config.kept and config.kept < need}
    if short:
        listed = ", ".join(f"{name} ({_days(kept)} days)" for name, kept in sorted(short.items()) if kept)
        raise TooShort(
            f"these topics keep messages for less than {_days(need)} days (a week, its grace and the time "
            f"to notice a loss): {listed}. A lost database could not be rebuilt from them. "
            "`furlong topics create --repair` sets what FURLONG_TOPICS_… say; FURLONG_TOPICS_CHECK=false "
            "turns this check off"
        )


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def read_configs(bootstrap: str, topics: Iterable[str]) -> dict[str, TopicConfig]:
    """Return the settings of topics; leave out topics that do not exist.

    Raises:
        aiokafka.errors.KafkaError: No broker responds, or the broker refuses.
    """
    async with _admin(bootstrap) as admin:
        return await _configs(admin, set(topics) & set(await admin.list_topics()))


class Copies(NamedTuple):
    """The least number of copies that a partition of a topic should have, and that are in sync now."""

    wanted: int
    in_sync: int


async def copies_of(bootstrap: str, topics: Iterable[str]) -> dict[str, Copies]:
    """Return the copies of each topic that exists.

    Raises:
        aiokafka.errors.KafkaError: No broker responds, or the broker refuses.
    """
    async with _admin(bootstrap) as admin:
        descriptions = await admin.describe_topics(sorted(topics))
    return {
        topic["topic"]: Copies(
            *(min(len(partition[kind]) for partition in topic["partitions"]) for kind in ("replicas", "isr"))
        )
        for topic in descriptions
        if topic["partitions"]
    }


async def repair(bootstrap: str, plans: Iterable[TopicPlan], settings: TopicSettings) -> list[str]:
    """Set the retention of topics; keep their other settings.

    Returns:
        A line for each changed setting.

    Raises:
        aiokafka.errors.KafkaError: No broker responds, or the broker refuses.
    """
    wanted = {plan.name: config_of(plan, settings) for plan in plans}
    async with _admin(bootstrap) as admin:
        present = await _configs(admin, wanted.keys() & set(await admin.list_topics()))
        changed = {name: differences(config, wanted[name]) for name, config in sorted(present.items())}
        changed = {name: changes for name, changes in changed.items() if changes}
        for name in changed:
            # The request replaces all settings of the topic.
            own = {**present[name].own, **wanted[name]}
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, own)])
    return [f"~ {name}: {change}" for name, changes in changed.items() for change in changes]


def differences(config: TopicConfig, wanted: Mapping[str, str]) -> list[str]:
    """Return a text for each setting of a topic that is not as wanted."""
    return [
        f"{key} {config.values.get(key, '-')} → {value}"
        for key, value in wanted.items()
        if config.values.get(key) != value
    ]


async def _configs(admin: AIOKafkaAdminClient, topics: Iterable[str]) -> dict[str, TopicConfig]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in sorted(topics)]
    if not resources:
        return {}
    configs = {}
    for response in await admin.describe_configs(resources):
        for code, message, _type, name, entries in response.resources:
            if code:
                raise for_code(code)(message)
            values = {entry[0]: entry[1] for entry in entries}
            own = {entry[0]: entry[1] for entry in entries if entry[3] == SET_ON_THE_TOPIC}
            configs[name] = TopicConfig(values, own)
    return configs


def _days(period: timedelta) -> str:
    return f"{period / timedelta(days=1):g}"
