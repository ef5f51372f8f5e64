"""Work that runs beside a block ends with the block."""

import asyncio

import pytest

from foundation.background import running


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
