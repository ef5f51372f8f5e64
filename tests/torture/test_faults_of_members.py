"""Members die, freeze, join and leave: nothing is lost, and nothing is counted twice."""

import asyncio
import random
import signal
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("kafka_installed", "mariadb_installed")


@pytest.mark.parametrize("point", ["before", "inside", "after"])
async def test_a_member_killed_around_a_transaction_leaves_no_trace_of_its_own(
    rig: Any, scale: Any, point: str
) -> None:
    """Before the transaction, inside it, and after the commit but before the hint: the next one continues."""
    for batch in range(1, int(scale.of(2, 20))):
        doomed = rig.start(point, "SIGKILL", str(batch))
        rig.produce(int(scale.of(200, 3000)))
        rig.producer.flush()
        await rig.until(doomed.ended, "the member is killed")
        assert doomed.process.returncode == -signal.SIGKILL
    rig.start()
    await rig.reckoning()


async def test_a_member_frozen_before_its_transaction_writes_nothing(rig: Any) -> None:
    """Another member has applied its records meanwhile: the stored position refuses its batch."""
    zombie = rig.start("before", "SIGSTOP", "2")
    await rig.until(zombie.stands_still, "the member stands still")
    rig.start()
    await rig.reckoning()
    zombie.process.send_signal(signal.SIGCONT)
    await rig.until(lambda: zombie.logged("batch_refused") > 0, "the zombie is refused")
    rig.produce(200)
    await rig.reckoning()


async def test_a_member_frozen_inside_its_transaction_blocks_nobody(
    rig: Any,
) -> None:
    """The database rolls its transaction back, so that its locks do not last as long as it is frozen."""
    zombie = rig.start("inside", "SIGSTOP", "2")
    await rig.until(zombie.stands_still, "the member stands still")
    rig.start()
    await rig.reckoning()
    zombie.process.send_signal(signal.SIGCONT)
    rig.produce(200)
    await rig.reckoning()
    assert not zombie.ended()


@pytest.mark.parametrize("point", ["before", "inside"])
async def test_a_member_whose_loop_hangs_past_its_session_does_no_harm(rig: Any, point: str) -> None:
    """It sends no heartbeats, so others take over; its transaction is refused or rolled back."""
    hanging = rig.start(point, "SIGALRM", "2")
    rig.start()
    await rig.reckoning()
    rig.produce(200)
    await rig.reckoning()
    assert not hanging.ended()


async def test_members_that_join_and_leave_under_load(rig: Any, scale: Any) -> None:
    """Every few seconds, half of them without leaving the group."""
    chance = random.Random(rig.load.seed)  # noqa: S311 - varies the order of events
    streaming = asyncio.create_task(rig.stream(scale.of(7, 300), int(scale.of(100, 400))))
    members = [rig.start() for _ in range(3)]
    while not streaming.done():
        await asyncio.sleep(chance.uniform(2, 4))
        leaving = members.pop(chance.randrange(len(members)))
        rig.stop(leaving, chance.choice((signal.SIGTERM, signal.SIGKILL)))
        members.append(rig.start())
    await streaming
    await rig.reckoning()


async def test_a_replay_from_the_start_into_a_filled_database_changes_nothing(rig: Any) -> None:
    """Not a byte changes, including dead letters."""
    first = rig.start()
    await rig.reckoning()
    rig.stop(first)
    before = await rig.checksum()
    await rig.start_over()
    rig.start()
    await rig.reckoning()
    assert await rig.checksum() == before
