"""Members of the group that die, stand still, come and go: nothing is lost, and nothing counted twice."""

import asyncio
import random
import signal
from typing import Any

import pytest

pytestmark = [pytest.mark.kafka, pytest.mark.mariadb]


@pytest.mark.parametrize("point", ["before", "inside", "after"])
async def test_a_member_killed_around_a_transaction_leaves_no_trace_of_its_own(
    arena: Any, scale: Any, point: str
) -> None:
    """Before the transaction, inside it, after the commit and before Kafka is told: the next one goes on."""
    for batch in range(1, int(scale.of(2, 20))):
        doomed = arena.start(point, "SIGKILL", str(batch))
        arena.produce(int(scale.of(200, 3000)))
        arena.producer.flush()
        await arena.until(doomed.ended, "the member is killed")
        assert doomed.process.returncode == -signal.SIGKILL
    arena.start()
    await arena.reckoning()


async def test_a_member_that_stood_still_before_its_transaction_writes_nothing(arena: Any) -> None:
    """Another one has applied its records meanwhile: its batch is refused by the stored position."""
    zombie = arena.start("before", "SIGSTOP", "2")
    await arena.until(zombie.stands_still, "the member stands still")
    arena.start()
    await arena.reckoning()
    zombie.process.send_signal(signal.SIGCONT)
    await arena.until(lambda: zombie.logged("batch_refused") > 0, "the zombie is refused")
    arena.produce(200)
    await arena.reckoning()


async def test_a_member_that_stands_still_inside_its_transaction_blocks_nobody(
    arena: Any,
) -> None:
    """The database ends what it had begun, so that its locks do not last as long as its sleep."""
    zombie = arena.start("inside", "SIGSTOP", "2")
    await arena.until(zombie.stands_still, "the member stands still")
    arena.start()
    await arena.reckoning()
    zombie.process.send_signal(signal.SIGCONT)
    arena.produce(200)
    await arena.reckoning()
    assert not zombie.ended()


@pytest.mark.parametrize("point", ["before", "inside"])
async def test_a_member_whose_loop_hangs_past_its_session_does_no_harm(arena: Any, point: str) -> None:
    """Others take over, as it tells nobody that it lives; what it had begun is refused or undone."""
    hanging = arena.start(point, "SIGALRM", "2")
    arena.start()
    await arena.reckoning()
    arena.produce(200)
    await arena.reckoning()
    assert not hanging.ended()


async def test_members_that_join_and_leave_under_load(arena: Any, scale: Any) -> None:
    """Every few seconds, half of them without a word."""
    chance = random.Random(arena.load.seed)  # noqa: S311 - varies the order of events
    streaming = asyncio.create_task(arena.stream(scale.of(7, 300), int(scale.of(100, 400))))
    members = [arena.start() for _ in range(3)]
    while not streaming.done():
        await asyncio.sleep(chance.uniform(2, 4))
        leaving = members.pop(chance.randrange(len(members)))
        arena.stop(leaving, chance.choice((signal.SIGTERM, signal.SIGKILL)))
        members.append(arena.start())
    await streaming
    await arena.reckoning()


async def test_a_replay_from_the_start_into_a_filled_database_changes_nothing(arena: Any) -> None:
    """Not a byte, dead letters included."""
    first = arena.start()
    await arena.reckoning()
    arena.stop(first)
    before = await arena.checksum()
    await arena.start_over()
    arena.start()
    await arena.reckoning()
    assert await arena.checksum() == before
