"""Customers of four cells ask at once, on MariaDB, while shares move and consumers are killed."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.exc import DBAPIError

from foundation.storage.errors import is_conflict
from tests.backoffice.risk.allotted_cells import CELLS, AllottedCells, allotted_cells
from tests.support.long_form import LONG_FORM

BUDGET = 40 if LONG_FORM else 5
PATIENCE_SECONDS = 500.0
AT_ONCE = 8
"""How many ask at once. A cell has ten connections, and its consumer needs one: nobody waits in vain."""


async def consume(installation: AllottedCells, place: int, chance: random.Random) -> None:
    """Read, report and be heard, as a consumer that is killed between any two of its steps now and then."""
    steps: tuple[Callable[[], Awaitable[None]], ...] = (
        lambda: installation.read(place, len(installation.topic), repeated=2),
        lambda: installation.report(place),
        lambda: installation.hear(installation.reports[-1:]),
        installation.cells[place].settle,
    )
    while True:
        for step in steps:
            await step()
            await asyncio.sleep(0.02)
            if chance.random() < 1 / 8:
                break


async def divide(installation: AllottedCells) -> None:
    """Divide the budget, again and again."""
    while True:
        await installation.divide()
        await asyncio.sleep(0.05)


async def ask(installation: AllottedCells, place: int, turns: asyncio.Semaphore) -> None:
    """Ask until the reward can be had, or nobody can have it any more."""
    while True:
        async with turns:
            used = await installation.used()
            assert used <= BUDGET
            if used == BUDGET:
                return
            try:
                if await installation.cells[place].ask():
                    return
            except DBAPIError as fault:  # as the service does, which tries again
                if not is_conflict(fault):
                    raise
        await asyncio.sleep(0.2)


@pytest.mark.usefixtures("mariadb_installed")
async def test_three_times_as_many_ask_at_once(request: pytest.FixtureRequest) -> None:
    """Most of them in one cell: never more than the budget may have the reward, and all of it is given."""
    fresh_url: Callable[[], str] = request.getfixturevalue("mariadb").fresh_url
    chance = random.Random(20261122)  # noqa: S311 - the same places in each run
    async with allotted_cells(fresh_url) as installation:
        await installation.set_budget(BUDGET)
        for place in range(len(CELLS)):
            await installation.read(place, 1)
        background = [
            asyncio.create_task(divide(installation)),
            *(asyncio.create_task(consume(installation, place, chance)) for place in range(len(CELLS))),
        ]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                places = chance.choices(range(len(CELLS)), weights=[8, 2, 1, 0], k=3 * BUDGET)
                turns = asyncio.Semaphore(AT_ONCE)
                await asyncio.gather(*(ask(installation, place, turns) for place in places))
        finally:
            for task in background:
                task.cancel()
            ended = await asyncio.gather(*background, return_exceptions=True)
        assert [one for one in ended if not isinstance(one, asyncio.CancelledError)] == []
        assert await installation.used() == BUDGET
        for cell in installation.cells:
            await cell.settle()
        assert await installation.used() == BUDGET
