"""Who is asked has its time to answer, however long the machine of who asks stands still."""

import pytest

from foundation.time_limits import LATE_SECONDS, TICK_SECONDS, answered_within
from tests.support.jumping_loop import JumpingLoop

SECONDS = 60.0


def test_time_in_which_the_process_stood_still_does_not_count() -> None:
    """Neither in the middle nor at the end, where what has arrived meanwhile is read first."""

    async def asked(loop: JumpingLoop) -> str:
        answer = loop.create_future()
        loop.call_later(2.5 * TICK_SECONDS, answer.set_result, "there")
        loop.call_later(TICK_SECONDS / 2, loop.stand_still, SECONDS)
        async with answered_within(SECONDS):
            return str(await answer)

    assert JumpingLoop.run(asked) == "there"


@pytest.mark.parametrize("standing", [0.0, LATE_SECONDS / 2])
def test_who_does_not_answer_is_given_up(standing: float) -> None:
    """Once the time is over, which small delays do not stretch."""

    async def asked(loop: JumpingLoop) -> float:
        begun = loop.time()
        loop.call_later(TICK_SECONDS / 2, loop.stand_still, standing)
        with pytest.raises(TimeoutError):
            async with answered_within(2 * TICK_SECONDS):
                await loop.create_future()
        return loop.time() - begun

    assert JumpingLoop.run(asked) >= 2 * TICK_SECONDS


def test_a_process_that_stands_still_again_and_again_waits_not_for_ever() -> None:
    """It gives back no more than it gives."""

    async def asked(loop: JumpingLoop) -> float:
        begun = loop.time()

        def again() -> None:
            loop.stand_still(SECONDS)
            loop.call_soon(again)

        loop.call_soon(again)
        with pytest.raises(TimeoutError):
            async with answered_within(SECONDS):
                await loop.create_future()
        return loop.time() - begun

    assert JumpingLoop.run(asked) > 2 * SECONDS
