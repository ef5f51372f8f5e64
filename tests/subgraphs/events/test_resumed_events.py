"""A page that comes back to the events that it followed never keeps older prices, and is shown none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from subgraphs.events.book.selection import EventEncoder
from subgraphs.events.own_ids import offer_id
from tests.support.events.pages import BRAND, Page, Selected, followers
from tests.support.events.processes import Process, Processes, event_processes
from tests.support.events.told import fixture, market, status

FIRST, SECOND = IDS = [f"{BRAND}:{offer_id('exchange', number)}" for number in ("1", "2")]
PRICES = Selected("id markets { status selections { odds { milli } } }")


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[Processes]:
    """Provide two processes, and two matches with a market each."""
    async with event_processes(database_url) as opened:
        await opened.block.apply(
            status("exchange"), fixture("exchange", "1"), fixture("exchange", "2", "Leeds", "Everton")
        )
        opened.well = ("exchange",)
        for number in ("1", "2"):
            opened.topic.send(market("exchange", number, number, 2000))
        await opened.block.upkeep.round()
        await opened.settle()
        yield opened


async def hear(process: Process) -> None:
    """Let a process hear all that was told."""
    process.tail()
    await process.subgraph.book.settle()


def price(page: Page, event_id: str = FIRST) -> int:
    """Return the odds that a page shows of an event."""
    (shown,) = json.loads(page.shown[event_id])["markets"]
    return int(shown["selections"][0]["odds"]["milli"])


async def test_records_that_begin_while_a_page_opens_do_not_hide_its_events(processes: Processes) -> None:
    """An event is ready once it was read, not once records come."""
    process = processes.processes[0]
    book = process.subgraph.book
    page = Page(process.subgraph, IDS, PRICES)
    async with book._lock:
        opening = asyncio.create_task(page.open())
        while not followers(process.subgraph):  # noqa: ASYNC110 - the page's request
            await asyncio.sleep(0.001)
        process.lose()
    await opening
    assert (price(page), price(page, SECOND)) == (2000, 2000)
    await page.close()


async def test_a_gap_does_not_bring_back_what_is_stored(processes: Processes) -> None:
    """What was told before it is newer, while the consumer is late."""
    process = processes.processes[0]
    page = Page(process.subgraph, [FIRST], PRICES)
    await page.open()
    await hear(process)
    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    await hear(process)
    process.lose()
    await process.subgraph.book.settle()
    await page.take()
    assert price(page) == 2100
    await page.close()


async def test_a_fault_in_one_round_loses_nothing(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has changed is encoded in the next round."""
    process = processes.processes[0]
    page = Page(process.subgraph, [FIRST], PRICES)
    await page.open()
    await hear(process)

    async def broken(*_: Any) -> Any:
        raise RuntimeError("test")

    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    with monkeypatch.context() as broke:
        broke.setattr(EventEncoder, "encode", broken)
        await hear(process)
    await process.subgraph.book.settle()
    await page.take()
    assert price(page) == 2100
    await page.close()
