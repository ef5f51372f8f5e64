"""The supervisor of every group member, whatever it reads: rejoins, gives up, stops."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
)

from consumers.stream.errors import PositionOutOfRange, Stalled
from consumers.stream.group.session_supervisor import SessionSupervisor, until_first_ends
from consumers.stream.health import HealthState
from consumers.stream.settings import StreamSettings

A_MOMENT, AN_HOUR = 0.01, 3600.0


@dataclass
class ScriptedMember:
    """A member whose sessions end as a test says, one after another; the last one lasts."""

    ends: list[BaseException]
    rests: float = A_MOMENT
    health_state: HealthState = field(default_factory=HealthState)
    memberships: int = 0
    batches: int = 0
    stalls: int = 0
    lasting: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        settings = StreamSettings(retry_seconds=self.rests, retry_limit_seconds=self.rests)
        self.supervisor = SessionSupervisor("g", settings, self.health_state, lambda: self.batches, self.note)

    def note(self) -> None:
        """Count a stall."""
        self.stalls += 1

    async def membership(self) -> None:
        """Run the next session."""
        self.memberships += 1
        if self.ends:
            raise self.ends.pop(0)
        self.supervisor.joined()
        self.lasting.set()
        await self.supervisor._stopping.wait()

    async def run(self, membership: Callable[[], Awaitable[None]] | None = None) -> None:
        """Run all sessions."""
        with self.supervisor.running():
            await self.supervisor.until_stopped(membership or self.membership)


async def test_a_member_rejoins_after_broker_faults() -> None:
    """It does so however many there are, and is healthy again afterwards."""
    scripted = ScriptedMember([KafkaConnectionError("away") for _ in range(5)])
    running = asyncio.create_task(scripted.run())
    await asyncio.wait_for(scripted.lasting.wait(), 60)
    assert (scripted.memberships, scripted.health_state.kafka, scripted.supervisor.live) == (6, "", True)
    await scripted.supervisor.stop()
    await running


async def test_a_member_reports_unavailable_brokers_while_it_backs_off() -> None:
    """A stop ends the pause at once."""
    scripted = ScriptedMember([KafkaConnectionError("nobody there")], AN_HOUR)
    running = asyncio.create_task(scripted.run())
    await asyncio.sleep(0)
    assert scripted.memberships == 1
    assert "nobody there" in scripted.health_state.problem
    await scripted.supervisor.stop()
    await running
    assert (scripted.supervisor.live, scripted.health_state.ended) == (False, "stopped")


@pytest.mark.parametrize("fault", [GroupAuthorizationFailedError, TopicAuthorizationFailedError])
async def test_a_permanent_refusal_ends_the_member(fault: type[Exception]) -> None:
    """Waiting would not help; the health state says why."""
    scripted = ScriptedMember([fault("no right")])
    with pytest.raises(fault):
        await scripted.run()
    assert scripted.health_state.ended.startswith("stopped: ")
    assert not scripted.supervisor.live


async def test_a_position_that_the_brokers_do_not_have_ends_the_member() -> None:
    """A person has to decide."""
    scripted = ScriptedMember([OffsetOutOfRangeError({"t": 7})])
    with pytest.raises(PositionOutOfRange, match="g: the broker has no records"):
        await scripted.run()


async def test_three_stalls_in_a_row_end_the_member() -> None:
    """Rejoining did not help."""
    scripted = ScriptedMember([Stalled("nothing comes") for _ in range(9)])
    with pytest.raises(Stalled):
        await scripted.run()
    assert (scripted.memberships, scripted.stalls) == (3, 3)


async def test_stalls_with_progress_between_them_do_not_end_the_member() -> None:
    """It is slow, but there is progress."""
    scripted = ScriptedMember([Stalled("nothing comes") for _ in range(9)])

    async def progress() -> None:
        scripted.batches += 1
        await scripted.membership()

    running = asyncio.create_task(scripted.run(progress))
    await asyncio.wait_for(scripted.lasting.wait(), 60)
    assert (scripted.memberships, scripted.stalls) == (10, 9)
    await scripted.supervisor.stop()
    await running


async def test_a_member_that_does_not_end_in_time_is_cancelled() -> None:
    """A batch may hang."""
    scripted = ScriptedMember([])

    async def hangs() -> None:
        scripted.lasting.set()
        await asyncio.Event().wait()

    running = asyncio.create_task(scripted.run(hangs))
    await scripted.lasting.wait()
    await scripted.supervisor.stop()
    await asyncio.wait({running})
    assert running.cancelled()
    assert scripted.health_state.ended == "stopped"


async def test_a_member_that_never_ran_is_stopped_at_once() -> None:
    """There is nothing to wait for."""
    scripted = ScriptedMember([])
    await scripted.supervisor.stop()
    await scripted.run()
    assert scripted.memberships == 0


async def test_concurrent_work_ends_with_the_first_that_ends() -> None:
    """Its exception is raised, after the other was cancelled."""
    ended: list[str] = []

    async def lasts() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    async def fails() -> None:
        await asyncio.sleep(0)
        raise Stalled("nothing comes")

    with pytest.raises(Stalled):
        await until_first_ends(lasts(), fails())
    assert ended == ["cancelled"]
