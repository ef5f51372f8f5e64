"""Topics are created with their retention, and refused if it is too short (R4)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from furlong.install.topics import DAY_MS, TooShort, create_topics, read_configs, repair, require_retention
from furlong.settings import TopicSettings
from furlong.topic_plans import MESSAGES
from subgraphs.kit.topics import TopicPlan
from tests.support.processes.forked_programs import run_forked
from tests.support.processes.running_furlong import PATIENCE_SECONDS, without_settings
from tools.private_kafka import PrivateKafka

pytestmark = pytest.mark.usefixtures("kafka_installed")
SETTINGS = TopicSettings(retention_days=20, facts_retention_days=50)
PARTITIONS = 2


@pytest.fixture
async def plans(kafka: PrivateKafka, request: pytest.FixtureRequest) -> tuple[TopicPlan, ...]:
    """Provide the club's topics under names of the test's own."""
    del kafka
    return tuple(
        TopicPlan(f"{request.node.name}.{plan.name}"[-200:], plan.retention, plan.partitions)
        for plan in MESSAGES
    )


async def holds(condition: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    """Wait for a condition, for a minute at most."""
    for _ in range(600):
        if await condition():
            return
        await asyncio.sleep(0.1)
    pytest.fail(otherwise)


async def make_badly(bootstrap: str, name: str, **config: str) -> None:
    """Create a topic as somebody might by hand."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        configs = {key.replace("_", "."): value for key, value in config.items()}
        await admin.create_topics([NewTopic(name, 1, 1, topic_configs=configs)])
    finally:
        await admin.close()

    async def is_known() -> bool:
        return name in await read_configs(bootstrap, [name])

    # Kafka answers that a topic is created before its brokers know it.
    await holds(is_known, "the new topic is not seen")


async def test_created_topics_keep_what_the_settings_say(
    kafka: PrivateKafka, plans: tuple[TopicPlan, ...]
) -> None:
    """State topics are compacted; bets and facts between subgraphs are kept for their days."""
    await create_topics(kafka.bootstrap, PARTITIONS, 1, SETTINGS, plans)
    names = [plan.name for plan in plans]

    async def are_known() -> bool:
        return len(await read_configs(kafka.bootstrap, names)) == len(names)

    await holds(are_known, "the new topics are not seen")
    configs = await read_configs(kafka.bootstrap, names)
    kept = {name.partition(".")[2]: config.kept for name, config in configs.items()}
    assert kept == {
        "club.control.v1": None,
        "club.progress.v1": timedelta(days=20),
        "club.account-status.v1": None,
        "club.membership.v1": None,
        "club.qualification.v1": timedelta(days=50),
        "club.choice.v1": timedelta(days=50),
        "club.outcomes.v1": timedelta(days=50),
        "club.adjustment.v1": timedelta(days=50),
        "club.goodwill.v1": timedelta(days=50),
        "club.reward-config.v1": None,
        "club.scheme.v1": None,
        "club.week.v1": None,
        "club.global.v1": None,
        "club.cells.v1": None,
        "club.served.v1": timedelta(days=50),
        "wallet.exclusion.v1": None,
        "wallet.notice.v1": timedelta(days=50),
        "wallet.correction.v1": timedelta(days=50),
        "wallet.check.v1": timedelta(days=50),
        "wallet.release.v1": timedelta(days=50),
        "bet.factor.v1": None,
        "bet.state.v1": timedelta(days=50),
        "bet.void.v1": timedelta(days=50),
        "wallet.payment.v1": timedelta(days=50),
        "event.offer.v1": None,
        "event.market.v1": None,
        "event.result.v1": None,
        "provider.fixture.v1": None,
        "provider.market.v1": None,
        "provider.stats.v1": None,
        "provider.video.v1": None,
        "provider.status.v1": None,
    }
    require_retention(configs, timedelta(days=15))
    with pytest.raises(TooShort, match=r"progress\.v1 \(20 days\)"):
        require_retention(configs, timedelta(days=21))


async def test_a_repair_changes_only_what_is_kept(kafka: PrivateKafka, plans: tuple[TopicPlan, ...]) -> None:
    """Other settings of a topic stay; a second repair finds nothing to do."""
    bets = next(plan for plan in plans if plan.name.endswith("progress.v1"))
    await make_badly(kafka.bootstrap, bets.name, retention_ms=str(2 * DAY_MS), max_message_bytes="123456")
    assert await repair(kafka.bootstrap, plans, SETTINGS) == [
        f"~ {bets.name}: retention.ms {2 * DAY_MS} → {20 * DAY_MS}"
    ]

    async def repaired() -> bool:
        found = (await read_configs(kafka.bootstrap, [bets.name]))[bets.name]
        assert found.values["max.message.bytes"] == "123456"
        return found.kept == timedelta(days=20)

    await holds(repaired, "the repair is not seen")
    assert await repair(kafka.bootstrap, plans, SETTINGS) == []


async def test_a_consumer_refuses_topics_that_forget_too_soon(tmp_path: Path) -> None:
    """With Kafka's own seven days it ends and says what to do, and starts once that is done."""
    from tools.private_kafka import start_kafka  # noqa: PLC0415 - a broker of its own, whose topics nobody else reads

    url = f"sqlite+aiosqlite:///{tmp_path / 'databases'}"
    await upgrade_databases(DatabaseSettings(url=url))
    kafka = await asyncio.to_thread(start_kafka, tmp_path / "kafka")
    environment = {"FURLONG_DATABASE_URL": url, "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap}
    run = partial(
        run_forked, environment=without_settings() | environment, folder=tmp_path, timeout=PATIENCE_SECONDS
    )

    try:
        await create_topics(kafka.bootstrap, PARTITIONS, 1, TopicSettings(retention_days=7))
        refused = await asyncio.to_thread(run, "furlong", "consume", "club")
        assert refused.returncode == 1
        assert "club.progress.v1 (7 days)" in refused.stderr
        assert "topics create --repair" in refused.stderr
        repaired = await asyncio.to_thread(run, "furlong", "topics", "create", "--repair")
        assert f"~ club.progress.v1: retention.ms {7 * DAY_MS} → {35 * DAY_MS}" in repaired.stdout
    finally:
        await asyncio.to_thread(kafka.stop)
