"""A page that comes back to the events that it followed never keeps older prices, and is shown none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from subgraphs.events.book.encoding import Encoding
from subgraphs.events.book.position import Position
from subgraphs.events.book.selection import EventEncoder
from subgraphs.events.own_ids import offer_id
from tests.support.events.pages import BRAND, Page, Selected, followers
from tests.support.events.processes import NEVER, Process, Processes, event_processes
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


async def test_the_position_of_an_image_says_no_more_than_was_read_for_it(processes: Processes) -> None:
    """Although pages of other events have had later records: these are missed where the page comes back."""
    near, far = processes.processes
    others = [Page(near.subgraph, [SECOND], PRICES), Page(far.subgraph, IDS, PRICES)]
    for other in others:
        await other.open()
    await processes.settle()
    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    for process in (near, far):
        await hear(process)
    processes.block.later(seconds=3)
    await processes.block.apply(status("exchange", at=processes.block.clock.machine.now()))
    for process in (near, far):
        await hear(process)
    page = Page(near.subgraph, [FIRST], PRICES)
    await page.open()
    assert price(page) == 2000  # the consumer has not stored more, and the record has gone by
    await page.close()
    page.subgraph = far.subgraph
    await page.open()
    assert price(page) == 2100
    for other in (page, *others):
        await other.close()


async def test_a_position_says_no_more_than_was_read_of_each_event(processes: Processes) -> None:
    """What the database had when other events were read later was not read of all."""
    process = processes.processes[0]
    markets = process.subgraph.book.renewal.markets
    first, second = Page(process.subgraph, [FIRST], PRICES), Page(process.subgraph, [SECOND], PRICES)
    await hear(process)
    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    processes.topic.send(market("exchange", "1", "1", 2200, revision=3))
    await first.open()
    process.lose()
    await process.subgraph.book.settle()
    before = markets.contained
    await processes.topic.store(1)
    await second.open()
    assert (markets.contained, price(first)) == (before, 2000)
    for page in (first, second):
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


@pytest.mark.parametrize("is_told", [True, False])
async def test_who_saw_more_waits_until_a_late_process_has_it(
    processes: Processes, monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    """Whether it has to hear of a record, or to read what providers are; then the page is not shown less."""
    near, late = processes.processes
    monkeypatch.setattr(late.subgraph.book, "catches_up_seconds", NEVER)
    pages = [Page(process.subgraph, [FIRST], PRICES) for process in (near, late)]
    for page in pages:
        await page.open()
    await processes.settle()
    processes.block.later(seconds=3)
    now = processes.block.clock.machine.now()
    await processes.block.apply(status("exchange", at=now, complete=is_told))
    if is_told:
        processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    await hear(near)
    page = pages[0]
    await page.take()
    images = page.images
    opening = await comes_back(page, late)
    if is_told:
        await late.subgraph.book.settle()
    position = Position.parse(page.position or "")
    assert position is not None
    assert late.subgraph.book.renewal.is_behind(position)
    assert not opening.done()
    await hear(late)
    await opening
    assert (price(page), page.images) == (2100 if is_told else 2000, images)
    assert ("OPEN" in page.shown[FIRST]) is is_told
    for other in pages:
        await other.close()


async def comes_back(page: Page, late: Process) -> asyncio.Task[None]:
    """Let a page come back to another process, which has less than it has seen, so that it waits there."""
    await page.close()
    page.subgraph = late.subgraph
    before = len(followers(late.subgraph))
    opening = asyncio.create_task(page.open())
    while len(followers(late.subgraph)) == before:  # noqa: ASYNC110 - the page's request
        await asyncio.sleep(0.001)
    position = Position.parse(page.position or "")
    assert position is not None
    assert late.subgraph.book.renewal.is_behind(position)
    return opening


@pytest.fixture
async def late_page(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Page]:
    """Provide a page of the first process that has seen all; the second one has, too, but is in no hurry."""
    near, late = processes.processes
    monkeypatch.setattr(late.subgraph.book, "catches_up_seconds", NEVER)
    pages = [Page(process.subgraph, IDS, PRICES) for process in (near, late)]
    for page in pages:
        await page.open()
    await processes.settle()
    await pages[0].take()
    yield pages[0]
    for page in pages:
        await page.close()


async def test_who_saw_records_behind_a_gap_waits_until_a_late_process_has_them(
    processes: Processes, late_page: Page
) -> None:
    """Until the gap is filled, a position says less than a page has seen; it is not shown less for that."""
    near, late = processes.processes
    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    near.lose()
    await hear(near)
    processes.topic.send(market("exchange", "1", "1", 2200, revision=3))
    await hear(near)
    await late_page.take()
    assert price(late_page) == 2200
    late.tail(1)
    await late.subgraph.book.settle()
    opening = await comes_back(late_page, late)
    await hear(late)
    await opening
    assert price(late_page) == 2200


async def test_who_saw_what_came_while_events_were_encoded_waits_for_it_elsewhere(
    processes: Processes, late_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in what a page gets, although the position is of before."""
    near, late = processes.processes
    states = Encoding.states

    async def told_meanwhile(encoding: Encoding, *what: Any) -> Any:
        near.tail()
        return await states(encoding, *what)

    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    near.tail()
    late.tail()
    processes.topic.send(market("exchange", "1", "1", 2200, revision=3))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Encoding, "states", told_meanwhile)
        await near.subgraph.book.settle()
    await late_page.take()
    assert price(late_page) == 2200
    await late.subgraph.book.settle()
    opening = await comes_back(late_page, late)
    await hear(late)
    await opening
    assert price(late_page) == 2200


async def test_who_saw_what_was_read_before_its_record_came_waits_for_it_elsewhere(
    processes: Processes, late_page: Page
) -> None:
    """The consumer may be ahead of a process: what is stored is shown, and the record is not there yet."""
    near, late = processes.processes
    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    await processes.topic.store()
    processes.block.later(seconds=31)
    await near.subgraph.book.settle()
    await late_page.take()
    assert price(late_page) == 2100
    late.subgraph.book.renewal._read = processes.block.clock.machine.now()
    await late.subgraph.book.settle()
    opening = await comes_back(late_page, late)
    await hear(late)
    await opening
    assert price(late_page) == 2100


async def test_what_came_and_went_between_two_rounds_does_not_stay_on_a_page(
    processes: Processes, late_page: Page
) -> None:
    """Another process has told it; this one has heard both records at once, after which nothing differs."""
    near, late = processes.processes
    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    await hear(near)
    await late_page.take()
    assert price(late_page) == 2100
    processes.topic.send(market("exchange", "1", "1", 2000, revision=3))
    await hear(late)
    await late_page.close()
    late_page.subgraph = late.subgraph
    await late_page.open()
    assert price(late_page) == 2000


async def test_who_waited_long_enough_gets_an_image(processes: Processes) -> None:
    """A process that does not hear of records must not leave a page without prices."""
    near, late = processes.processes
    pages = [Page(process.subgraph, [FIRST], PRICES) for process in (near, late)]
    for page in pages:
        await page.open()
    await processes.settle()
    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    await hear(near)
    page = pages[0]
    await page.take()
    await page.close()
    images, page.subgraph = page.images, late.subgraph
    await page.open()
    assert (price(page), page.images) == (2000, images + 1)
    await hear(late)
    await page.take()
    assert price(page) == 2100
    for other in pages:
        await other.close()


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
