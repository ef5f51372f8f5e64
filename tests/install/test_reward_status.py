"""Operators pause, withdraw and recall a version of a reward, on all nodes."""

import asyncio
import re
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from typer.testing import CliRunner, Result

from backoffice.operations.reward_statuses import CannotChange, StatusAction, plan_change, versions
from consumers.messages.global_events.message import decode_global
from consumers.stream.records import Record
from furlong.cli import app
from furlong.demo.embedded_broker import EmbeddedBroker
from subgraphs.kit.domain.products import Product
from subgraphs.kit.topics import GLOBAL_TOPIC
from subgraphs.rewards.catalogue.rewards import OptionId
from tests.install.decided import backoffice_of, decide
from tests.support.subgraphs.club_fixture import ClubFixture
from tests.support.subgraphs.club_samples import NOW, make_config

BOOST = OptionId("northbet", "boost", 1)


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Provide Northbet with two versions of its default reward, and a boost."""
    await club_fixture.add_brand()
    ends = NOW + timedelta(days=30)
    await club_fixture.add_rewards(
        [make_config("fb-5"), make_config("fb-5", version=2), make_config("boost", effective_to=ends)]
    )
    return club_fixture


async def change(club_fixture: ClubFixture, step: StatusAction, minutes: int) -> None:
    """Plan a change, decide it, and apply its message as the consumer does."""
    at = NOW + timedelta(minutes=minutes)
    planned = await plan_change(club_fixture.rewards.database, BOOST, step, at)
    await decide(club_fixture, planned.brand, [planned.state], at)


async def boost(club_fixture: ClubFixture) -> tuple[str, bool]:
    """Return the status of the boost, and whether it was recalled."""
    found = {
        version.reward_id: version for version in await versions(club_fixture.rewards.database, "northbet")
    }
    return found["boost"].status, found["boost"].recalled


async def test_a_version_goes_through_its_states(northbet: ClubFixture) -> None:
    """Each message keeps the contract, and changes only the status."""
    (before,) = [
        version
        for version in await versions(northbet.rewards.database, "northbet")
        if "boost" in str(version)
    ]
    seen = []
    for minutes, step in enumerate(
        (StatusAction.PAUSE, StatusAction.RESUME, StatusAction.WITHDRAW, StatusAction.RESUME), 1
    ):
        await change(northbet, step, minutes)
        seen.append(await boost(northbet))
    assert seen == [("paused", False), ("active", False), ("withdrawn", False), ("active", False)]
    (after,) = [
        version
        for version in await versions(northbet.rewards.database, "northbet")
        if "boost" in str(version)
    ]
    assert after == before


async def test_what_was_recalled_never_comes_back(northbet: ClubFixture) -> None:
    """It can be recalled again, without effect, but neither resumed nor merely withdrawn."""
    await change(northbet, StatusAction.RECALL, 1)
    await change(northbet, StatusAction.RECALL, 2)
    assert await boost(northbet) == ("withdrawn", True)
    for step in (StatusAction.RESUME, StatusAction.WITHDRAW, StatusAction.PAUSE):
        with pytest.raises(CannotChange, match="cannot be undone"):
            await change(northbet, step, 3)


async def test_an_unknown_version_cannot_be_changed(northbet: ClubFixture) -> None:
    """The error says where the known versions are listed."""
    unknown = OptionId("northbet", "boost", 2)
    with pytest.raises(CannotChange, match="furlong reward list northbet"):
        await plan_change(northbet.rewards.database, unknown, StatusAction.PAUSE, NOW)


async def test_other_active_versions_are_counted(northbet: ClubFixture) -> None:
    """The number of other active versions is known, so that no default loses its last one unnoticed."""
    first = OptionId("northbet", "fb-5", 1)
    assert (await plan_change(northbet.rewards.database, first, StatusAction.WITHDRAW, NOW)).others == 1
    assert (await plan_change(northbet.rewards.database, BOOST, StatusAction.WITHDRAW, NOW)).others == 0


async def test_an_operator_recalls_a_version(northbet: ClubFixture, embedded_broker: EmbeddedBroker) -> None:
    """The commands list versions and publish the change, or end with a reason."""
    await asyncio.to_thread(embedded_broker.create_topics, [GLOBAL_TOPIC])
    async with backoffice_of(northbet):
        pass
    environment = {
        "FURLONG_DATABASE_URL": northbet.url,
        "FURLONG_KAFKA_BOOTSTRAP": embedded_broker.bootstrap,
        "FURLONG_KAFKA_GENERATION": embedded_broker.generation,
    }

    async def furlong(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, ["reward", *arguments], env=environment)

    listed = (await furlong("list", "northbet")).output.splitlines()
    heads = ["version", "name", "status", "kind", "jurisdictions", "target", "from (UTC)", "to (UTC)", "note"]
    assert re.split(" {2,}", listed[0].strip()) == heads
    boost = ["northbet:boost:1", "Title of boost", "active", "free bet", "GB", "£25.00"]
    assert re.split(" {2,}", listed[1].strip())[:6] == boost
    assert [line.split()[0] for line in listed[2:]] == ["northbet:fb-5:1", "northbet:fb-5:2"]
    told = await furlong("recall", "northbet:boost:1")
    assert (told.exit_code, "is recalled" in told.output) == (0, True)
    assert "No other version of this reward is active" in told.output
    for wrong, why in (("northbet:boost:9", "there is no reward"), ("boost", "write it as BRAND:REWARD")):
        ended = await furlong("pause", wrong)
        assert (ended.exit_code, why in ended.output) == (1, True)
    consumer = AIOKafkaConsumer(bootstrap_servers=embedded_broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(GLOBAL_TOPIC, 0)])
    record = await asyncio.wait_for(consumer.getone(), 30)
    await consumer.stop()
    event = decode_global(Record.of_kafka(record))
    assert event.state == {"reward_id": "boost", "config_version": 1, "status": "recalled"}


async def test_versions_that_are_not_offered_are_marked_with_the_reason(northbet: ClubFixture) -> None:
    """The list names each jurisdiction whose law forbids a version, and such a version cannot be resumed."""
    mixed = make_config("spins", product=Product.CASINO, jurisdictions=("GB", "MT"))
    empty = make_config("empty", value_minor=0, status="paused")
    await northbet.add_rewards([mixed, empty], [])
    environment = {"FURLONG_DATABASE_URL": northbet.url}

    async def furlong(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, ["reward", *arguments], env=environment)

    lines = {line.split()[0]: line for line in (await furlong("list", "northbet")).output.splitlines()}
    assert "! unlawful in GB: a casino reward for betting" in lines["northbet:spins:1"]
    assert "unlawful in MT" not in lines["northbet:spins:1"]
    assert "! free_bet without a value" in lines["northbet:empty:1"]
    assert "!" not in lines["northbet:fb-5:1"]
    resumed = await furlong("resume", "northbet:empty:1")
    assert (resumed.exit_code, "free_bet without a value" in resumed.output) == (1, True)
