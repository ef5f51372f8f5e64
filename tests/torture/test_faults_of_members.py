"""Members die, freeze, join and leave: nothing is lost, and nothing is counted twice."""

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
    """Before the transaction, inside it, and after the commit but before the hint: the next one continues."""
    for batch in range(1, int(scale.of(2, 20))):
        doomed = arena.start(point, "SIGKILL", str(batch))
        arena.produce(int(scale.of(200, 3000)))
        arena.producer.flush()
        await arena.until(doomed.ended, "the member is killed")
        assert doomed.process.returncode == -signal.SIGKILL
    arena.start()
    await arena.reckoning()


async def test_a_member_frozen_before_its_transaction_writes_nothing(arena: Any) -> None:
    """Another member has applied its records meanwhile: the stored position refuses its batch."""
    zombie = arena.start("before", "SIGSTOP", "2")
    await arena.until(zombie.stands_still, "the member stands still")
    arena.start()
    await arena.reckoning()
    zombie.process.send_signal(signal.SIGCONT)
    await arena.until(lambda: zombie.logged("batch_refused") > 0, "the zombie is refused")
    arena.produce(200)
    await arena.reckoning()


async def test_a_member_frozen_inside_its_transaction_blocks_nobody(
    arena: Any,
) -> None:
    """The database rolls its transaction back, so that its locks do not last as long as it is frozen."""
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
    """It sends no heartbeats, so others take over; its transaction is refused or rolled back."""
    hanging = arena.start(point, "SIGALRM", "2")
    arena.start()
    await arena.reckoning()
    arena.produce(200)
    await arena.reckoning()
    assert not hanging.ended()


async def test_members_that_join_and_leave_under_load(arena: Any, scale: Any) -> None:
    """Every few seconds, half of them without leaving the group."""
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
    """Not a byte changes, including dead letters."""
    first = arena.start()
    await arena.reckoning()
    arena.stop(first)
    before = await arena.checksum()
    await arena.start_over()
    arena.start()
    await arena.reckoning()
    assert await arena.checksum() == before
