"""Retention of topics: read from the broker, compared with what is needed, and repaired."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from furlong.install.topics import POLICY, RETENTION, TopicPlan
from furlong.settings import TopicSettings

WEEK = timedelta(days=7)
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


async def read_configs(bootstrap: str, topics: Iterable[str]) -> dict[str, TopicConfig]:
    """Return the settings of topics; leave out topics that do not exist.

    Raises:
        aiokafka.errors.KafkaError: No broker responds, or the broker refuses.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return await _configs(admin, set(topics) & set(await admin.list_topics()))
    finally:
        await admin.close()


async def repair(bootstrap: str, plans: Iterable[TopicPlan], settings: TopicSettings) -> list[str]:
    """Set the retention of topics; keep their other settings.

    Returns:
        A line for each changed setting.

    Raises:
        aiokafka.errors.KafkaError: No broker responds, or the broker refuses.
    """
    wanted = {plan.name: plan.config(settings) for plan in plans}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        present = await _configs(admin, wanted.keys() & set(await admin.list_topics()))
        changed = {name: differences(config, wanted[name]) for name, config in sorted(present.items())}
        changed = {name: changes for name, changes in changed.items() if changes}
        for name in changed:
            # The request replaces all settings of the topic.
            own = {**present[name].own, **wanted[name]}
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, own)])
    finally:
        await admin.close()
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
    found = {}
    for response in await admin.describe_configs(resources):
        for code, message, _type, name, entries in response.resources:
            if code:
                raise for_code(code)(message)
            values = {entry[0]: entry[1] for entry in entries}
            own = {entry[0]: entry[1] for entry in entries if entry[3] == SET_ON_THE_TOPIC}
            found[name] = TopicConfig(values, own)
    return found


def _days(period: timedelta) -> str:
    return f"{period / timedelta(days=1):g}"
