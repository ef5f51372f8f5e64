"""What hangs on events: statistics, and pictures that are seen where and when they may be."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.events.block import EventsBlock, events_block
from tests.support.events.told import NOW, fixture, gone, stats, status

FIGURES = '{ events(brand: "northbet") { nodes { statistics { name home away } } } }'


@pytest.fixture
async def block(database_url: str) -> AsyncIterator[EventsBlock]:
    """Provide the block over a new database with an event of two providers, once on each engine."""
    async with events_block(database_url) as opened:
        await opened.apply(fixture("feed", "1"), fixture("stats", "s-1"), status("feed"), status("stats"))
        yield opened


async def figures(block: EventsBlock) -> Any:
    """Return the statistics of the only event."""
    (event,) = (await block.ask(FIGURES))["events"]["nodes"]
    return [tuple(figure.values()) for figure in event["statistics"]]


async def test_statistics_hang_on_the_event_that_their_offer_is_of(block: EventsBlock) -> None:
    """Whichever provider leads; the highest revision stays, in whatever order they come."""
    assert await figures(block) == []
    await block.apply(stats("stats", "s-1", 2, corners=(4, 2)), stats("stats", "s-1", 1, corners=(1, 0)))
    assert await figures(block) == [("Corners", "4", "2")]
    await block.apply_together(stats("stats", "s-1", 4, shots=(9, 3)), stats("stats", "s-1", 3, shots=(8, 3)))
    assert await figures(block) == [("Shots", "9", "3")]


async def test_statistics_that_are_gone_come_back(block: EventsBlock) -> None:
    """Also at the revision that they had."""
    told = stats("stats", "s-1", 2, corners=(4, 2))
    await block.apply(told, gone("stats", "stats", "s-1"))
    assert await figures(block) == []
    await block.apply(told)
    assert await figures(block) == [("Corners", "4", "2")]


async def test_what_an_earlier_process_told_ends(block: EventsBlock) -> None:
    """Once the present one has had time to tell everything again."""
    await block.apply(stats("stats", "s-1", 2, corners=(4, 2)))
    block.later(minutes=3)
    since = int(NOW.timestamp() * 1000)
    again = status("stats", at=block.clock.now(), first_revision=since)
    await block.apply(fixture("stats", "s-1", revision=since), again)
    await block.judge()
    assert await figures(block) == []


async def test_statistics_of_nothing_that_is_known_are_kept_for_it(block: EventsBlock) -> None:
    """They may come before their event."""
    await block.apply(stats("stats", "s-2", corners=(1, 1)))
    assert await figures(block) == []
    await block.apply(gone("fixture", "stats", "s-1"), fixture("stats", "s-2"))
    assert await figures(block) == [("Corners", "1", "1")]
