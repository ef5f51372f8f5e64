"""Checks of Kafka: brokers, topics, and how long topics keep their messages."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from consumers.stream.settings import StreamSettings
from furlong.checks.finding import Check, CheckFailed
from furlong.install.topic_retention import TooShort, needed, read_configs, require_retention
from furlong.install.topics import TOPICS, RetentionPolicy, TopicPlan
from furlong.settings import TopicSettings

GRACE = timedelta(days=1)
"""The usual grace period of weeks; consumers check with the longest one of their schemes."""

SHOWN = 5

CREATE = "run `furlong topics create`"
CREATE_FEEDS = (
    "name the platform's feeds in FURLONG_FEEDS_ADAPTERS, which may be empty, or run "
    "`furlong topics create --feeds` if the platform does not create their topics"
)


def kafka_checks(stream: StreamSettings, topics: TopicSettings, plans: Iterable[TopicPlan]) -> list[Check]:
    """Return the checks."""
    wanted = tuple(plans)
    return [
        Check("kafka", partial(_brokers, stream)),
        Check("kafka topics", partial(_topics, stream, wanted)),
        Check("kafka retention", partial(_retention, stream, topics, wanted)),
    ]


async def _brokers(stream: StreamSettings) -> str:
    return f"brokers answer, with {len(await _names(stream))} topics"


async def _topics(stream: StreamSettings, plans: tuple[TopicPlan, ...]) -> str:
    missing = sorted({plan.name for plan in plans} - await _names(stream))
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        raise CheckFailed(
            f"topics are missing: {', '.join(missing[:SHOWN])}{more}",
            CREATE if {plan.name for plan in TOPICS} & set(missing) else CREATE_FEEDS,
        )
    return f"all {len(plans)} topics exist"


async def _retention(stream: StreamSettings, topics: TopicSettings, plans: tuple[TopicPlan, ...]) -> str:
    await _names(stream)
    names = [plan.name for plan in plans if plan.retention is not RetentionPolicy.LATEST]
    need = needed(topics, GRACE)
    try:
        configs = await read_configs(stream.bootstrap, names)
        require_retention(configs, need)
    except TooShort as error:
        raise CheckFailed(str(error), "run `furlong topics create --repair`") from error
    except (KafkaError, OSError, NotImplementedError) as error:
        return f"the broker does not say how long topics keep messages ({type(error).__name__})"
    return f"topics keep messages for at least {need.days} days"


async def _names(stream: StreamSettings) -> set[str]:
    # The client logs every failed attempt with a traceback, and the finding says it in words.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    admin = AIOKafkaAdminClient(bootstrap_servers=stream.bootstrap)
    try:
        await admin.start()
        return set(await admin.list_topics())
    except (KafkaError, OSError) as error:
        raise _unreachable(stream, error) from error
    finally:
        await admin.close()


def _unreachable(stream: StreamSettings, error: Exception) -> CheckFailed:
    return CheckFailed(
        f"no broker at {stream.bootstrap} can be used: {type(error).__name__}",
        "is Kafka running? Otherwise correct FURLONG_KAFKA_BOOTSTRAP",
    )
