"""Work that runs beside a block ends with the block, and works that run together end together."""

import asyncio

import pytest

from foundation.background import all_of, running


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
