"""Decisions are numbered, published once, and published again when the database or the topic was lost."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.global_events.decisions import Decided, GlobalDecisions
from backoffice.global_events.publisher import GlobalPublisher
from consumers.messages.global_events.states import State
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from tests.support.office.backoffice_fixture import backoffice_database
from tests.support.office.global_messages import BRAND, NOON, MemoryTopic, budget, switch

DECISIONS = GlobalDecisions()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """The back office's database."""
    async with sqlite_at(tmp_path / "own") as database:
        yield database


@pytest.fixture
async def each_database(database_url: str) -> AsyncIterator[Database]:
    """The back office's database on each engine."""
    async with backoffice_database(database_url) as database:
        yield database


@asynccontextmanager
async def sqlite_at(folder: Path) -> AsyncIterator[Database]:
    """The back office's database in a folder, which can be copied."""
    async with backoffice_database(f"sqlite+aiosqlite:///{folder}") as database:
        yield database


async def decide(database: Database, state: State, minutes: int = 0) -> Decided:
    """Take a decision."""
    async with database.write() as connection:
        return await DECISIONS.decide(
            connection, BRAND, state, by="ann", at=NOON + timedelta(minutes=minutes), reason="a test"
        )


async def publish(database: Database, topic: MemoryTopic, minutes: int = 0) -> GlobalPublisher:
    """Publish what waits, as a process that has just started, and leave."""
    publisher = GlobalPublisher(database, topic, ManualClock(NOON + timedelta(minutes=minutes)))
    await publisher.step()
    await publisher.step()
    await publisher.leave()
    return publisher


async def test_decisions_are_numbered_one_by_one_and_published_in_order(each_database: Database) -> None:
    """Two people who decide at once get two numbers, and the topic has them in order."""
    database = each_database
    await asyncio.gather(*(decide(database, budget(number, f"r-{number}")) for number in range(8)))
    topic = MemoryTopic()
    await publish(database, topic)
    numbers = [message.number for message in topic.messages()]
    assert numbers == sorted(numbers) == list(range(1, 9))
    assert {message.state["rewards"] for message in topic.messages()} == set(range(8))


async def test_what_holds_already_gets_no_new_number(database: Database) -> None:
    """A decision that changes nothing is no message."""
    first = await decide(database, switch())
    again = await decide(database, switch(), minutes=1)
    assert first.is_new
    assert not again.is_new
    assert again.decision == first.decision
    assert (await decide(database, switch(off=False))).decision.order.number == 2


async def test_a_provider_belongs_to_all_brands(database: Database) -> None:
    """The message about a provider has no brand, whichever brand it was decided for."""
    decided = await decide(database, switch("provider", "wallet"))
    assert decided.decision.key == "*:switch:provider:wallet"


async def test_the_unused_back_office_of_another_cell_publishes_nothing(
    database: Database, tmp_path: Path
) -> None:
    """It would number everything anew, and so would the other, for ever; once it decides, it takes over."""
    topic, clock = MemoryTopic(), ManualClock(NOON)
    await decide(database, switch())
    await publish(database, topic)
    before = list(topic.records)
    async with sqlite_at(tmp_path / "unused") as unused:
        for _ in range(3):
            await GlobalPublisher(unused, topic, clock, adopts=False).step()
            clock.advance(timedelta(minutes=1))
        assert topic.records == before
        await decide(unused, budget(5), minutes=5)
        await GlobalPublisher(unused, topic, clock, adopts=False).step()
        assert len(topic.last()) == 2


async def test_a_crash_before_the_broker_answers_repeats_the_same_message(database: Database) -> None:
    """Sent but not acknowledged: the message is sent again under its number, with the same content."""
    await decide(database, switch())
    topic = MemoryTopic(fails=True)
    await publish(database, topic)
    topic.fails = False
    await publish(database, topic)
    assert len({message.order for message in topic.messages()}) == 1
    assert len({message.event_id for message in topic.messages()}) == 1
    await publish(database, topic)
    assert len(topic.records) == len(topic.messages()) > 1


async def test_two_publishers_at_once_send_each_message_once(each_database: Database) -> None:
    """One holds the lease; the other waits until it leaves."""
    database = each_database
    await decide(database, switch())
    topic, clock = MemoryTopic(), ManualClock(NOON)
    first, second = GlobalPublisher(database, topic, clock), GlobalPublisher(database, topic, clock)
    await first.step()
    await decide(database, switch(off=False))
    assert await second.step() == 0
    assert not second.is_leader
    await first.step()
    assert [message.number for message in topic.messages()] == [1, 2]


async def test_a_paused_publisher_cannot_bring_back_an_old_decision(database: Database) -> None:
    """A late record of a publisher that had stalled is followed by the decision that holds."""
    await decide(database, switch())
    topic = MemoryTopic()
    clock = ManualClock(NOON)
    publisher = GlobalPublisher(database, topic, clock)
    await publisher.step()
    late = topic.records[0]
    await decide(database, switch(off=False), minutes=1)
    await publisher.step()
    topic.records.append(late)
    clock.advance(timedelta(seconds=3))
    await publisher.step()
    kept = topic.last()["northbet:switch:brand"]
    assert (kept.number, kept.state["off"]) == (2, False)


async def test_a_restored_database_learns_what_it_had_published(tmp_path: Path) -> None:
    """Decisions after the backup are read back from the topic, and no number gets another content."""
    topic = MemoryTopic()
    async with sqlite_at(tmp_path / "live") as database:
        await decide(database, budget(10))
        await publish(database, topic)
    shutil.copytree(tmp_path / "live", tmp_path / "backup")
    async with sqlite_at(tmp_path / "live") as database:
        await decide(database, switch(), minutes=1)
        await decide(database, budget(20), minutes=2)
        await publish(database, topic)
    async with sqlite_at(tmp_path / "backup") as restored:
        await decide(restored, budget(5, "fb-10"), minutes=3)
        await publish(restored, topic, minutes=3)
        async with restored.read() as connection:
            known = {one.key: one.state for one in await DECISIONS.repository.all(connection)}
    assert known["northbet:switch:brand"]["off"]
    assert known["northbet:budget:fb-5:every-week"]["rewards"] == 20
    assert {key: message.state for key, message in topic.last().items()} == known
    contents: dict[object, object] = {}
    for message in topic.messages():
        assert contents.setdefault(message.order, message) == message
    epochs = [message.epoch for message in topic.messages()]
    assert epochs == sorted(epochs)
    assert epochs[-1] > epochs[0]


async def test_a_later_decision_prevails_over_one_that_a_restore_had_forgotten(tmp_path: Path) -> None:
    """Both about one subject: the one decided last holds, on the topic and in the database."""
    topic = MemoryTopic()
    async with sqlite_at(tmp_path / "live") as database:
        await decide(database, switch())
        await publish(database, topic)
    async with sqlite_at(tmp_path / "empty") as restored:
        await decide(restored, switch(off=False), minutes=5)
        await publish(restored, topic, minutes=5)
    assert topic.last()["northbet:switch:brand"].state["off"] is False


async def test_a_recreated_topic_gets_everything_that_holds(database: Database) -> None:
    """A node that starts later finds all decisions on the new topic, in a new epoch."""
    await decide(database, switch())
    await decide(database, budget(10))
    await publish(database, MemoryTopic())
    another = MemoryTopic(generation="second")
    await publish(database, another, minutes=1)
    assert sorted(another.last()) == ["northbet:budget:fb-5:every-week", "northbet:switch:brand"]
    assert {message.epoch for message in another.messages()} != {1}


async def test_a_quiet_publisher_does_not_read_the_topic_again_and_again(database: Database) -> None:
    """It reads the whole topic when it takes over, and not at each check."""
    await decide(database, switch())
    topic, clock = MemoryTopic(), ManualClock(NOON)
    publisher = GlobalPublisher(database, topic, clock)
    for _ in range(5):
        await publisher.step()
        clock.advance(timedelta(seconds=3))
    assert topic.reads == 1


async def test_a_restored_database_that_decides_at_once_uses_no_number_again(tmp_path: Path) -> None:
    """Its decision about the same subject is newer than the forgotten one, but has one of its numbers."""
    topic = MemoryTopic()
    async with sqlite_at(tmp_path / "live") as database:
        await decide(database, budget(10))
        await publish(database, topic)
    shutil.copytree(tmp_path / "live", tmp_path / "backup")
    async with sqlite_at(tmp_path / "live") as database:
        await decide(database, budget(20), minutes=1)
        await publish(database, topic)
    async with sqlite_at(tmp_path / "backup") as restored:
        await decide(restored, budget(7, "fb-10"), minutes=2)
        await decide(restored, budget(30), minutes=3)
        await publish(restored, topic, minutes=4)
    contents: dict[object, object] = {}
    for message in topic.messages():
        assert contents.setdefault(message.order, message) == message
    assert {key.split(":")[2]: one.state["rewards"] for key, one in topic.last().items()} == {
        "fb-5": 30,
        "fb-10": 7,
    }
