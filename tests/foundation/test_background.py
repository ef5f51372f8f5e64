"""Work that runs beside a block ends with the block, and works that run together end together."""

import asyncio
from contextlib import suppress

import pytest

from foundation import background
from foundation.background import all_of, cancel_until_ended, running


async def test_work_runs_while_the_block_runs() -> None:
    """The work has begun in the block, and is cancelled when it ends."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with running(work(), "work"):
        await begun.wait()
        assert not ended.is_set()
    assert ended.is_set()


async def test_an_error_of_the_work_is_not_lost() -> None:
    """Work that has failed ends the block with its error."""

    async def work() -> None:
        raise ConnectionError("no broker")

    async def block() -> None:
        async with running(work(), "work"):
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    with pytest.raises(ConnectionError, match="no broker"):
        await block()


async def test_work_ends_although_its_cancellation_was_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that connects at that moment takes one for itself; the block ends all the same."""
    monkeypatch.setattr(background, "CANCEL_AGAIN_SECONDS", 0.01)
    begun, swallowed = asyncio.Event(), list[str]()

    async def work() -> None:
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        swallowed.append("one")
        await asyncio.Event().wait()

    async def block() -> None:
        async with running(work(), "work"):
            await begun.wait()

    whole = asyncio.create_task(block())
    ended, _ = await asyncio.wait({whole}, timeout=60)
    assert ended == {whole}
    await whole
    assert swallowed == ["one"]


async def test_who_is_cancelled_while_tasks_end_waits_for_them_and_is_told() -> None:
    """What they use stays open until then, and the cancellation is not lost."""
    begun, cleaning, may_end, ended = (asyncio.Event() for _ in range(4))

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cleaning.set()
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            await may_end.wait()
            ended.set()

    task = asyncio.create_task(work())
    await begun.wait()
    ending = asyncio.create_task(cancel_until_ended(task))
    await cleaning.wait()
    ending.cancel()
    await asyncio.sleep(0)
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert ended.is_set()


async def test_works_at_the_same_time_give_their_results_in_order() -> None:
    """However long each takes."""
    second = asyncio.Event()

    async def first() -> int:
        await second.wait()
        return 1

    async def other() -> int:
        second.set()
        return 2

    assert await all_of(first(), other()) == [1, 2]


async def test_an_error_is_raised_once_all_works_have_ended() -> None:
    """What would run on could use what its caller closes now."""
    ended = []

    async def fail() -> None:
        raise ConnectionError("no database")

    async def write() -> None:
        await asyncio.sleep(0.01)
        ended.append("written")

    with pytest.raises(ConnectionError, match="no database"):
        await all_of(fail(), write())
    assert ended == ["written"]
