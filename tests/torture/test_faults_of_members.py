"""Members die, freeze, join and leave: nothing is lost, and nothing is counted twice.

By day, one is killed inside its transaction.
"""

import asyncio
import random
import signal
from typing import Any

import pytest

from tests.support.long_form import only_in_long_form

pytestmark = pytest.mark.usefixtures("kafka_installed", "mariadb_installed")


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("before", marks=only_in_long_form),
        "inside",
        pytest.param("after", marks=only_in_long_form),
    ],
)
async def test_a_member_killed_around_a_transaction_leaves_no_trace_of_its_own(
    harness: Any, scale: Any, point: str
) -> None:
    """Before the transaction, inside it, and after the commit but before the hint: the next one continues."""
    for batch in range(1, int(scale.of(2, 20))):
        doomed = harness.start(point, "SIGKILL", str(batch))
        harness.produce(int(scale.of(200, 3000)))
        harness.producer.flush()
        await harness.until(doomed.ended, "the member is killed")
        assert doomed.process.returncode == -signal.SIGKILL
    harness.start()
    await harness.reckoning()


@only_in_long_form
async def test_a_member_frozen_before_its_transaction_writes_nothing(harness: Any) -> None:
    """Another member has applied its records meanwhile: the stored position refuses its batch."""
    zombie = harness.start("before", "SIGSTOP", "2")
    await harness.until(zombie.stands_still, "the member stands still")
    harness.start()
    await harness.reckoning()
    zombie.process.send_signal(signal.SIGCONT)
    await harness.until(lambda: zombie.logged("batch_refused") > 0, "the zombie is refused")
    harness.produce(200)
    await harness.reckoning()


@only_in_long_form
async def test_a_member_frozen_inside_its_transaction_blocks_nobody(
    harness: Any,
) -> None:
    """The database rolls its transaction back, so that its locks do not last as long as it is frozen."""
    zombie = harness.start("inside", "SIGSTOP", "2")
    await harness.until(zombie.stands_still, "the member stands still")
    harness.start()
    await harness.reckoning()
    zombie.process.send_signal(signal.SIGCONT)
    harness.produce(200)
    await harness.reckoning()
    assert not zombie.ended()


@only_in_long_form
@pytest.mark.parametrize("point", ["before", "inside"])
async def test_a_member_whose_loop_hangs_past_its_session_does_no_harm(harness: Any, point: str) -> None:
    """It sends no heartbeats, so others take over; its transaction is refused or rolled back."""
    hanging = harness.start(point, "SIGALRM", "2")
    harness.start()
    await harness.reckoning()
    harness.produce(200)
    await harness.reckoning()
    assert not hanging.ended()


@only_in_long_form
async def test_members_that_join_and_leave_under_load(harness: Any) -> None:
    """Every few seconds, half of them without leaving the group."""
    chance = random.Random(harness.load.seed)  # noqa: S311 - varies the order of events
    streaming = asyncio.create_task(harness.stream(300, 400))
    members = [harness.start() for _ in range(3)]
    while not streaming.done():
        await asyncio.sleep(chance.uniform(2, 4))
        leaving = members.pop(chance.randrange(len(members)))
        harness.stop(leaving, chance.choice((signal.SIGTERM, signal.SIGKILL)))
        members.append(harness.start())
    await streaming
    await harness.reckoning()


@only_in_long_form
async def test_a_replay_from_the_start_into_a_filled_database_changes_nothing(harness: Any) -> None:
    """Not a byte changes, including dead letters."""
    first = harness.start()
    await harness.reckoning()
    harness.stop(first)
    before = await harness.checksum()
    await harness.start_over()
    harness.start()
    await harness.reckoning()
    assert await harness.checksum() == before
