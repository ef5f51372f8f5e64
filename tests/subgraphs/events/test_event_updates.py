"""`eventsUpdated`: what pages get of the events that they follow, and when."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bench.counts.counting import Counting
from foundation.graphql_http.encoded_event import EncodedEvent
from foundation.storage.errors import DatabaseAway
from subgraphs.events.book.followed import FollowedEvent, Follower, mark
from subgraphs.events.book.position import Position, generation_of
from subgraphs.events.own_ids import offer_id
from tests.support.events.pages import BRAND, Page, Selected
from tests.support.events.processes import Process, Processes, event_processes
from tests.support.events.told import board, fixture, gone, market, stats, status
from tests.support.subgraphs.club_fixture import session

FIRST, SECOND, UNKNOWN = IDS = [f"{BRAND}:{offer_id('exchange', number)}" for number in ("1", "2", "3")]
NAMES = Selected("id name status")
PRICES = Selected("id status markets { status selections { status odds { milli display } } }")


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[Processes]:
    """Provide two processes, and two matches with a market each."""
    async with event_processes(database_url) as opened:
        await opened.block.apply(
            status("exchange"),
            fixture("exchange", "1", "Arsenal", "Chelsea"),
            fixture("exchange", "2", "Leeds", "Everton"),
        )
        opened.well = ("exchange",)
        opened.topic.send(market("exchange", "1", "1", 2000))
        opened.topic.send(market("exchange", "2", "2", 3000))
        await opened.block.upkeep.round()
        await opened.settle()
        yield opened


@pytest.fixture
def process(processes: Processes) -> Process:
    """Provide the first of the processes."""
    return processes.processes[0]


def price(page: Page, event_id: str = FIRST) -> Any:
    """Return the odds that a page shows, and whether the market is open."""
    (shown,) = json.loads(page.shown[event_id])["markets"]
    return shown["selections"][0]["odds"]["milli"], shown["status"]


async def change(processes: Processes, odds: int, revision: int) -> None:
    """Let the price of the first match change, everywhere."""
    processes.topic.send(market("exchange", "1", "1", odds, revision=revision))
    for process in processes.processes:
        process.tail()
        await process.subgraph.book.settle()


async def test_an_image_comes_first_and_then_what_changes(processes: Processes, process: Process) -> None:
    """Unknown ids are left out."""
    page = Page(process.subgraph, IDS, PRICES)
    await page.open()
    assert (page.images, page.counts, [*page.shown]) == (1, [2], [FIRST, SECOND])
    await change(processes, 2100, 2)
    assert await page.take() == 1
    assert (page.images, page.counts, price(page)) == (1, [2, 1], (2100, "OPEN"))
    await page.close()


async def test_equal_states_are_not_sent_again(processes: Processes, process: Process) -> None:
    """What a page did not select does not concern it, and what came and went while it was slow does not."""
    named, priced = Page(process.subgraph, IDS, NAMES), Page(process.subgraph, IDS, PRICES)
    await named.open()
    await priced.open()
    await change(processes, 2100, 2)
    await change(processes, 2000, 3)
    assert (await named.take(), await priced.take()) == (0, 0)
    await change(processes, 2200, 4)
    await change(processes, 2300, 5)
    assert (await priced.take(), price(priced)) == (1, (2300, "OPEN"))
    await named.close()
    await priced.close()


async def test_pages_with_different_ids_share_what_is_encoded(processes: Processes, process: Process) -> None:
    """An event is executed once for all who select the same, in the same language and place."""
    pages = [Page(process.subgraph, IDS[number % 2 :], PRICES) for number in range(6)]
    for page in pages:
        await page.open()
    (lane,) = process.subgraph.book.renewal.lanes.values()
    before = lane.events[IDS[1].partition(":")[2]].state
    processes.topic.send(market("exchange", "2", "2", 3100, revision=2))
    process.tail()
    await process.subgraph.book.settle()
    assert [await page.take() for page in pages] == [1] * len(pages)
    assert before != lane.events[IDS[1].partition(":")[2]].state
    assert {page.shown[SECOND] for page in pages} == {pages[0].shown[SECOND]}
    for page in pages:
        await page.close()


async def test_an_event_that_is_no_longer_shown_comes_a_last_time(
    processes: Processes, process: Process
) -> None:
    """Suspended, so that nobody takes it for an offer; and as it is once it is shown again."""
    page = Page(process.subgraph, [FIRST], PRICES)
    await page.open()
    hidden = {"scope": "event", "id": offer_id("exchange", "1"), "placements": [{"hidden": True}]}
    await processes.block.apply(board(1, BRAND, hidden))
    await processes.settle()
    assert (await page.take(), price(page)) == (1, (2000, "SUSPENDED"))
    assert json.loads(page.shown[FIRST])["status"] == "SUSPENDED"
    await change(processes, 2100, 2)
    late = Page(process.subgraph, [FIRST], PRICES)
    await late.open()
    assert (late.images, late.shown) == (1, {})
    await processes.block.apply(board(2, BRAND))
    await processes.settle()
    await page.take()
    await late.take()
    assert price(page) == price(late) == (2100, "OPEN")
    await processes.block.apply(gone("fixture", "exchange", "1"))
    await processes.settle()
    await page.take()
    assert price(page) == (2100, "SUSPENDED")
    await page.close()
    await late.close()


async def test_an_event_that_becomes_known_later_comes_then(processes: Processes, process: Process) -> None:
    """To a page that has asked for its id before."""
    page = Page(process.subgraph, [UNKNOWN], NAMES)
    await page.open()
    assert page.shown == {}
    await processes.block.apply(fixture("exchange", "3", "Bolton", "Stoke"))
    await processes.settle()
    await page.take()
    assert json.loads(page.shown[UNKNOWN])["name"] == "Bolton v Stoke"
    await page.close()


async def test_silence_of_a_provider_suspends_its_markets(processes: Processes, process: Process) -> None:
    """Although nothing comes that says so; also while the database cannot be read."""
    page = Page(process.subgraph, [FIRST], PRICES)
    await page.open()
    processes.block.later(seconds=10)
    await process.subgraph.book.settle()

    async def away(_: Any) -> Any:
        raise DatabaseAway("test")

    process.subgraph.book.renewal.catalogues._read = away
    processes.block.later(seconds=10)
    await process.subgraph.book.settle()
    await page.take()
    assert price(page) == (2000, "SUSPENDED")
    await page.close()


async def test_a_provider_that_says_that_it_is_incomplete_suspends_its_markets(
    processes: Processes, process: Process
) -> None:
    """And opens them once it is complete again, and trusted."""
    page = Page(process.subgraph, [FIRST], PRICES)
    await page.open()
    processes.block.later(seconds=1)
    now, processes.well = processes.block.clock.machine.now(), ()
    await processes.block.apply(status("exchange", at=now, complete=False))
    await processes.settle()
    await page.take()
    assert price(page) == (2000, "SUSPENDED")
    await page.close()


async def test_without_kafka_changes_come_from_the_database(processes: Processes, process: Process) -> None:
    """It is read again at an interval."""
    page = Page(process.subgraph, [FIRST], PRICES)
    await page.open()
    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    await processes.topic.store()
    processes.block.later(seconds=1)
    await process.subgraph.book.settle()
    assert await page.take() == 0
    processes.block.later(seconds=2)
    await process.subgraph.book.settle()
    await page.take()
    assert price(page) == (2100, "OPEN")
    await page.close()


async def test_the_database_never_brings_back_what_a_record_has_replaced(
    processes: Processes, process: Process
) -> None:
    """While the consumer is late, what was told counts; what it stores later is the same."""
    page = Page(process.subgraph, [FIRST], PRICES)
    await page.open()
    process.tail()
    processes.topic.send(market("exchange", "1", "1", 2100, revision=2))
    process.tail()
    for _ in range(3):
        processes.block.later(seconds=3)
        await process.subgraph.book.settle()
    await page.take()
    assert price(page)[0] == 2100
    await processes.settle()
    assert await page.take() <= 1
    assert price(page)[0] == 2100
    await page.close()


async def test_a_page_that_comes_back_gets_what_has_changed(processes: Processes, process: Process) -> None:
    """At the process where it was, or at another one that had followed the same all the time."""
    page, other = (Page(one.subgraph, IDS, PRICES) for one in processes.processes)
    await page.open()
    await other.open()
    await processes.settle()
    await change(processes, 2100, 2)
    await page.take()
    for revision, subgraph in ((3, process.subgraph), (4, other.subgraph), (5, process.subgraph)):
        await page.close()
        await change(processes, 2100 + revision, revision)
        page.subgraph = subgraph
        page.counts.clear()
        await page.open()
        assert (page.images, page.counts, price(page)) == (1, [1], (2100 + revision, "OPEN"))
    await page.close()
    await other.close()


async def left(processes: Processes, process: Process) -> Page:
    """Return a page that has had a change, and was closed."""
    page = Page(process.subgraph, IDS, PRICES)
    await page.open()
    await processes.settle()
    await change(processes, 2100, 2)
    await page.take()
    await page.close()
    page.counts.clear()
    return page


async def test_a_page_that_comes_back_and_has_missed_nothing_is_told_so(
    processes: Processes, process: Process
) -> None:
    """By an update without events, until something changes."""
    page = await left(processes, process)
    await page.open()
    assert (page.images, page.counts) == (1, [0])
    await change(processes, 2200, 3)
    await page.take()
    assert page.counts == [0, 1]
    await page.close()


@pytest.mark.parametrize(
    "position",
    [
        "",
        "broken",
        "\u00e9",
        "A" * 300,
        Position(generation_of("", "other"), 0, (0, 0)).text(),
        Position(generation_of("", "g-1"), 0, (0, 0)).text(),
        Position(generation_of("", "g-1"), 2**45, (0, 0)).text(),
        Position(generation_of("", "g-1"), 2**40, (9, 9)).text(),
        Position(generation_of("", "g-1"), 2**40, (0,)).text(),
    ],
)
async def test_a_position_that_nobody_can_continue_from_gets_an_image(
    processes: Processes, process: Process, position: str
) -> None:
    """Whether it is broken, of another topic, too old, or of a time that is not there yet."""
    page = Page(process.subgraph, IDS, PRICES, position=position)
    await page.open()
    assert (page.images, page.counts, page.faults) == (1, [2], [])
    await page.close()


async def test_what_a_client_saw_last_counts_more_than_what_it_asked_for_first(
    processes: Processes, process: Process
) -> None:
    """The header of a stream that broke off is newer than the argument of the operation."""
    page = await left(processes, process)
    await page.open(by_header=True)
    assert (page.images, page.counts) == (1, [0])
    await page.close()


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        ([FIRST] * 51, "at most 50"),
        (["clubbet:a"], "another brand's"),
        (["a"], "not made here"),
    ],
)
async def test_bad_ids_are_refused(process: Process, ids: list[str], says: str) -> None:
    """In one sentence."""
    page = Page(process.subgraph, ids, PRICES)
    subscribe = process.subgraph.prepare_subscription(PRICES.subscription, None)
    (event,) = [event async for event in await subscribe({"brand": BRAND, "ids": ids}, session(None))]
    assert not isinstance(event, EncodedEvent)
    (error,) = event["errors"]
    assert says in error["message"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert page.shown == {}


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ("position", {"position": ...}),
        ("__typename image", {"__typename": "EventsUpdate", "image": True}),
        ("new: image where: position where2: position", {"new": True, "where": ..., "where2": ...}),
        (
            "a: events { id } image b: events { status }",
            {"a": [{"id": FIRST}], "image": True, "b": [{"status": "SCHEDULED"}]},
        ),
        ("... { ... on EventsUpdate { events { id } } } events { name }", ...),
    ],
)
async def test_any_selection_of_an_update_is_right(process: Process, update: str, expected: Any) -> None:
    """In the order in which it is selected."""
    document = f'subscription {{ eventsUpdated(brand: "{BRAND}", ids: ["{FIRST}"]) {{ {update} }} }}'
    events = await process.subgraph.prepare_subscription(document, None)({}, session(None))
    event = await anext(events)
    assert isinstance(event, EncodedEvent)
    told = json.loads(event.content)["data"]["eventsUpdated"]
    if expected is ...:
        expected = {"events": [{"id": FIRST, "name": "Arsenal v Chelsea"}]}
    wanted = {name: event.position if value is ... else value for name, value in expected.items()}
    assert (told, [*told]) == (wanted, [*wanted])
    await events.aclose()


async def test_a_selection_with_errors_is_executed_for_each_page(
    processes: Processes, process: Process
) -> None:
    """With the errors of the query, each time that something has changed."""
    page = Page(process.subgraph, [FIRST], Selected("id markets(first: 1000) { id }"))
    await page.open()
    assert ["must be 1 to 100" in fault["message"] for fault in page.faults] == [True]
    await change(processes, 2100, 2)
    await page.take()
    assert len(page.faults) == 2
    await page.close()


async def test_statistics_are_read_again(processes: Processes, process: Process) -> None:
    """No record tells of them."""
    page = Page(process.subgraph, [FIRST], Selected("id statistics { name home }"))
    await page.open()
    await processes.block.apply(stats("exchange", "1", 1, corners=(4, 2)))
    await processes.settle()
    await page.take()
    assert json.loads(page.shown[FIRST])["statistics"] == [{"name": "Corners", "home": "4"}]
    await page.close()


async def test_names_are_in_the_language_of_the_visitor(processes: Processes, process: Process) -> None:
    """Also once a brand begins to have such names while pages are open."""
    pages = [Page(process.subgraph, [FIRST], NAMES, {"accept-language": name}) for name in ("de", "fr")]
    for page in pages:
        await page.open()
    assert len(process.subgraph.book.renewal.lanes) == 1  # both write odds alike
    placements = [{"names": {"de": "Ein Spiel", "fr": "Un match"}}]
    entry = {"scope": "event", "id": offer_id("exchange", "1"), "placements": placements}
    await processes.block.apply(board(1, BRAND, entry))
    await processes.settle()
    for page in pages:
        await page.take()
    assert [json.loads(page.shown[FIRST])["name"] for page in pages] == ["Ein Spiel", "Un match"]
    for page in pages:
        await page.close()


async def test_nothing_is_read_and_nothing_runs_unless_somebody_follows(
    processes: Processes, process: Process
) -> None:
    """Some time after the last page has left, all is forgotten."""
    book = process.subgraph.book
    assert (book.wanted.is_set(), book._running, book.renewal.markets.offers) == (False, None, {}.keys())
    book.tick_seconds = 0.001
    page = Page(process.subgraph, IDS, PRICES)
    await page.open()
    assert book.wanted.is_set()
    await page.close()
    assert book.renewal.lanes
    processes.block.later(seconds=40)
    async with asyncio.timeout(60):
        while book.wanted.is_set():  # noqa: ASYNC110 - the book runs by itself
            await asyncio.sleep(0.001)
    assert (book.renewal.lanes, book._running) == ({}, None)
    await book.settle()
    assert book.renewal.markets.offers == {}.keys()


async def test_a_subscriber_is_marked_by_no_call_of_its_own() -> None:
    """However many follow an event, and however slow they are."""
    event, followers = FollowedEvent("a", None), [Follower() for _ in range(100)]  # type: ignore[arg-type]
    for follower in followers:
        follower.waiter = asyncio.get_running_loop().create_future()
        follower.events["a"] = event
    event.followers.update(followers)
    with Counting(opcodes=False) as counting:
        mark([event])
    assert counting.calls.total() <= 3
    assert all(follower.waiter and follower.waiter.done() for follower in followers)


@pytest.mark.parametrize("changed", [1, 20])
async def test_a_push_takes_few_calls_however_much_has_changed(process: Process, changed: int) -> None:
    """What is encoded is joined."""
    ids = [f"{BRAND}:{offer_id('exchange', str(number))}" for number in range(1, 21)]
    page = Page(process.subgraph, ids, PRICES)
    await page.open()
    follower = page._follower
    assert follower is not None
    for event in [*follower.events.values()][:changed]:
        event.state = event.state._replace(encoded=(b"{}",), is_shown=True)
        follower.dirty.add(event)
    assert follower.waiter is not None
    follower.waiter.set_result(None)
    with Counting(opcodes=False) as counting:
        update = await page._next if page._next else None
    page._next = None
    assert isinstance(update, EncodedEvent)
    assert counting.calls.total() <= 40, counting.calls
    await page.close()
