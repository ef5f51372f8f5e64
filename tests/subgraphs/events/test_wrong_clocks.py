"""An adapter whose clock was ahead: one whose clock is right takes over, and an older one does not."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.events.block import EventsBlock, events_block
from tests.support.events.told import fixture, market, status

AHEAD = timedelta(days=1)
PRICED = (
    """{ events(brand: "northbet") { nodes { name markets { status selections { odds { milli } } } } } }"""
)


def revision_at(at: datetime) -> int:
    """Return the revision with which an adapter begins."""
    return int(at.timestamp() * 1000)


@pytest.fixture
async def block(database_url: str) -> AsyncIterator[EventsBlock]:
    """Provide the block over a new database, once on each engine."""
    async with events_block(database_url) as opened:
        yield opened


async def begin(block: EventsBlock, at: datetime, *odds: int, name: str = "Chelsea") -> None:
    """Let an adapter whose clock says so begin, and tell an event and its market."""
    revision = revision_at(at)
    await block.apply(
        fixture("exchange", "33", "Arsenal", name, revision=revision),
        market("exchange", "1.1", "33", *odds, revision=revision),
        status("exchange", at=at, first_revision=revision),
    )


async def shown(block: EventsBlock) -> tuple[str, str, Any]:
    """Return the event's name, its market's status and its first odds."""
    (event,) = (await block.ask(PRICED))["events"]["nodes"]
    (one,) = event["markets"]
    return event["name"], one["status"], one["selections"][0]["odds"]["milli"]


async def until_trusted(block: EventsBlock, first_revision: int) -> None:
    """Let the adapter be well for a minute."""
    for _ in range(4):
        block.later(seconds=15)
        await block.apply(status("exchange", at=block.clock.now(), first_revision=first_revision))
        await block.judge()


async def test_an_adapter_whose_clock_is_right_takes_over(block: EventsBlock) -> None:
    """What the one before told of tomorrow gives way, and its prices are not taken."""
    await begin(block, block.clock.now() + AHEAD, 9000, 9000, 9000, name="Everton")
    await block.judge()
    assert await shown(block) == ("Arsenal v Everton", "SUSPENDED", 9000)
    now = block.clock.now()
    await block.apply(status("exchange", at=now, first_revision=revision_at(now)))
    await until_trusted(block, revision_at(now))
    assert await shown(block) == ("Arsenal v Everton", "SUSPENDED", 9000)  # not told by this one
    await block.apply(
        fixture("exchange", "33", revision=revision_at(now)),
        market("exchange", "1.1", "33", 2000, 3300, 3900, revision=revision_at(now)),
    )
    assert await shown(block) == ("Arsenal v Chelsea", "OPEN", 2000)


async def test_what_came_before_does_not_take_over(block: EventsBlock) -> None:
    """Neither from an adapter whose clock is right, nor by being told late after one whose clock was not."""
    former = block.clock.now() - timedelta(hours=1)
    now = block.clock.now()
    await begin(block, now, 2000, 3300, 3900)
    await begin(block, former, 7000, 7000, 7000, name="Fulham")
    await until_trusted(block, revision_at(now))
    assert await shown(block) == ("Arsenal v Chelsea", "OPEN", 2000)
    await begin(block, block.clock.now() + AHEAD, 9000, 9000, 9000, name="Everton")
    await begin(block, former, 7000, 7000, 7000, name="Fulham")
    await block.judge()
    assert (await shown(block))[1] == "SUSPENDED"
    await begin(block, block.clock.now(), 2100, 3300, 3900)
    await begin(block, former, 7000, 7000, 7000, name="Fulham")
    await until_trusted(block, revision_at(block.clock.now()) - 60_000)
    assert await shown(block) == ("Arsenal v Chelsea", "OPEN", 2100)


async def test_what_an_adapter_of_tomorrow_told_ends_with_it(block: EventsBlock) -> None:
    """If the one that took over does not tell it."""
    await begin(block, block.clock.now() + AHEAD, 9000, 9000, 9000)
    now = block.clock.now()
    await until_trusted(block, revision_at(now))
    block.later(minutes=3)
    await until_trusted(block, revision_at(now))
    assert (await block.ask(PRICED))["events"]["nodes"] == []
