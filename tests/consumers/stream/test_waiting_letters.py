"""A bet of the future counts when its time has come, without a person; on every database."""

from datetime import timedelta

from prometheus_client import CollectorRegistry
from sqlalchemy import Table

from consumers.progress.wiring import create_consumer
from consumers.stream.consumer import Consumer
from consumers.stream.database.dead_letter_replay import Replay, WaitingLetters
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import PROGRESS, STREAM
from tests.consumers.conftest import ConsumerHarness
from tests.consumers.stream.test_replays import NOW, ReplayHarness, replay_harness
from tests.support.consumers.sample_messages import bet, scheme

__all__ = ["replay_harness"]


def waiting(harness: ReplayHarness) -> WaitingLetters:
    """Return what a member of the group runs."""
    return WaitingLetters(Replay(harness.consumer.app.by_name, harness.consumer.sink), every_seconds=1)


def clock_of(harness: ReplayHarness) -> ManualClock:
    """Return the clock by which a harness's bets are early."""
    clock = harness.consumer.sink.dead_letters.clock
    assert isinstance(clock, ManualClock)
    return clock


async def totals(harness: ReplayHarness) -> list[int]:
    """Return what counts."""
    return [row[3] for row in await harness.rows(PROGRESS)]


async def reasons(harness: ReplayHarness) -> list[str]:
    """Return why letters are there."""
    return [row[5] for row in await harness.rows(STREAM.dead_letter)]


async def test_a_bet_of_the_future_counts_when_it_is_placed(replay_harness: ReplayHarness) -> None:
    """The earliest comes first, letters that a person has to look at stay, and a restart forgets none."""
    await replay_harness.apply(scheme())
    hour, day = ((NOW + timedelta(hours=hours)).isoformat() for hours in (1, 24))
    await replay_harness.apply(
        bet(bet_id="b-1", placed_at=day), bet(bet_id="b-2", placed_at=hour), bet(brand_id="x")
    )
    members = [waiting(replay_harness) for _ in range(2)]
    assert [await member.step() for member in members] == [0, 0]
    assert await totals(replay_harness) == []
    clock_of(replay_harness).advance(timedelta(hours=1))
    assert [await member.step() for member in members] == [1, 1], "the second one finds it gone"
    assert await totals(replay_harness) == [500]
    assert [reason[:12] for reason in await reasons(replay_harness)] == ["waits until ", "unknown bran"]
    clock_of(replay_harness).advance(timedelta(hours=23))
    assert await waiting(replay_harness).step() == 1
    assert await totals(replay_harness) == [1000]
    assert await reasons(replay_harness) == ["unknown brand 'x'"]


async def test_an_early_bet_that_was_voided_counts_nothing(replay_harness: ReplayHarness) -> None:
    """Its revisions wait together; the newest holds, whichever is replayed first."""
    await replay_harness.apply(scheme())
    soon = (NOW + timedelta(hours=1)).isoformat()
    void = {"bet_revision": 2, "status": "void", "counting_stake_minor": 0}
    await replay_harness.apply(bet(placed_at=soon, **void), bet(placed_at=soon))
    clock_of(replay_harness).advance(timedelta(hours=1))
    assert await waiting(replay_harness).step() == 2
    assert (await totals(replay_harness), await reasons(replay_harness)) == ([0], [])


async def test_a_bet_that_was_moved_to_a_later_time_waits_again(replay_harness: ReplayHarness) -> None:
    """A clock that is set back does not lose it."""
    await replay_harness.apply(scheme())
    await replay_harness.apply(bet(placed_at=(NOW + timedelta(hours=1)).isoformat()))
    member, clock = waiting(replay_harness), clock_of(replay_harness)
    assert await member.step() == 0
    clock.advance(timedelta(hours=-5))
    assert await member.step() == 0
    clock.advance(timedelta(hours=6))
    assert await member.step() == 1
    assert await totals(replay_harness) == [500]


async def test_a_running_consumer_does_it_by_itself(any_harness: ConsumerHarness) -> None:
    """Nobody replays anything."""
    clock = ManualClock(NOW)

    def make(
        database: DatabaseSettings, stream: StreamSettings, registry: CollectorRegistry, _: object
    ) -> Consumer:
        return create_consumer(database, stream, registry, clock)

    await any_harness.send(scheme(), bet(placed_at=(NOW + timedelta(hours=1)).isoformat()))
    consumer = await any_harness.start(make, hint_seconds=0.05)
    await any_harness.until(lambda: there_are(any_harness, STREAM.dead_letter))
    clock.advance(timedelta(hours=1))
    await any_harness.until(lambda: there_are(any_harness, PROGRESS))
    assert not await there_are(any_harness, STREAM.dead_letter)
    await any_harness.stop(consumer)


async def there_are(harness: ConsumerHarness, table: Table) -> bool:
    """Return whether a table has rows."""
    return bool(await harness.rows(table))
