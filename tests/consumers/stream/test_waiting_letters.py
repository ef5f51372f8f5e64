"""A bet of the future counts when its time has come, without a person; on every database."""

from datetime import timedelta

from prometheus_client import CollectorRegistry
from sqlalchemy import Table

from consumers.progress.wiring import create_consumer
from consumers.stream.consumer import Consumer
from consumers.stream.database.dead_letter_replay import Replay
from consumers.stream.database.waiting_letters import WaitingLetters
from consumers.stream.settings import StreamSettings
from storage.clock import ManualClock
from storage.settings import DatabaseSettings
from subgraphs.progress.models import PROGRESS, STREAM
from tests.consumers.conftest import ConsumerRig
from tests.consumers.stream.test_replays import NOW, ReplayRig, replay_rig
from tests.support.consumers.squad_messages import bet, scheme

__all__ = ["replay_rig"]


def waiting(rig: ReplayRig) -> WaitingLetters:
    """Return what a member of the group runs."""
    return WaitingLetters(Replay(rig.consumer.app.by_name, rig.consumer.sink), every_seconds=1)


def clock_of(rig: ReplayRig) -> ManualClock:
    """Return the clock by which a rig's bets are early."""
    clock = rig.consumer.sink.dead_letters.clock
    assert isinstance(clock, ManualClock)
    return clock


async def totals(rig: ReplayRig) -> list[int]:
    """Return what counts."""
    return [row[3] for row in await rig.rows(PROGRESS)]


async def reasons(rig: ReplayRig) -> list[str]:
    """Return why letters are there."""
    return [row[5] for row in await rig.rows(STREAM.dead_letter)]


async def test_a_bet_of_the_future_counts_when_it_is_placed(replay_rig: ReplayRig) -> None:
    """The earliest comes first, letters that a person has to look at stay, and a restart forgets none."""
    await replay_rig.apply(scheme())
    hour, day = ((NOW + timedelta(hours=hours)).isoformat() for hours in (1, 24))
    await replay_rig.apply(
        bet(bet_id="b-1", placed_at=day), bet(bet_id="b-2", placed_at=hour), bet(brand_id="x")
    )
    members = [waiting(replay_rig) for _ in range(2)]
    assert [await each.step() for each in members] == [0, 0]
    assert await totals(replay_rig) == []
    clock_of(replay_rig).advance(timedelta(hours=1))
    assert [await each.step() for each in members] == [1, 1], "the second one finds it gone"
    assert await totals(replay_rig) == [500]
    assert [each[:12] for each in await reasons(replay_rig)] == ["waits until ", "unknown bran"]
    clock_of(replay_rig).advance(timedelta(hours=23))
    assert await waiting(replay_rig).step() == 1
    assert await totals(replay_rig) == [1000]
    assert await reasons(replay_rig) == ["unknown brand 'x'"]


async def test_an_early_bet_that_was_voided_counts_nothing(replay_rig: ReplayRig) -> None:
    """Its revisions wait together; the newest holds, whichever is replayed first."""
    await replay_rig.apply(scheme())
    soon = (NOW + timedelta(hours=1)).isoformat()
    void = {"bet_revision": 2, "status": "void", "counting_stake_minor": 0}
    await replay_rig.apply(bet(placed_at=soon, **void), bet(placed_at=soon))
    clock_of(replay_rig).advance(timedelta(hours=1))
    assert await waiting(replay_rig).step() == 2
    assert (await totals(replay_rig), await reasons(replay_rig)) == ([0], [])


async def test_a_bet_that_was_moved_to_a_later_time_waits_again(replay_rig: ReplayRig) -> None:
    """A clock that is set back does not lose it."""
    await replay_rig.apply(scheme())
    await replay_rig.apply(bet(placed_at=(NOW + timedelta(hours=1)).isoformat()))
    member, clock = waiting(replay_rig), clock_of(replay_rig)
    assert await member.step() == 0
    clock.advance(timedelta(hours=-5))
    assert await member.step() == 0
    clock.advance(timedelta(hours=6))
    assert await member.step() == 1
    assert await totals(replay_rig) == [500]


async def test_a_running_consumer_does_it_by_itself(any_rig: ConsumerRig) -> None:
    """Nobody replays anything."""
    clock = ManualClock(NOW)

    def make(
        database: DatabaseSettings, stream: StreamSettings, registry: CollectorRegistry, _: object
    ) -> Consumer:
        return create_consumer(database, stream, registry, clock)

    await any_rig.send(scheme(), bet(placed_at=(NOW + timedelta(hours=1)).isoformat()))
    consumer = await any_rig.start(make, hint_seconds=0.05)
    await any_rig.until(lambda: there_are(any_rig, STREAM.dead_letter))
    clock.advance(timedelta(hours=1))
    await any_rig.until(lambda: there_are(any_rig, PROGRESS))
    assert not await there_are(any_rig, STREAM.dead_letter)
    await any_rig.stop(consumer)


async def there_are(rig: ConsumerRig, table: Table) -> bool:
    """Return whether a table has rows."""
    return bool(await rig.rows(table))
