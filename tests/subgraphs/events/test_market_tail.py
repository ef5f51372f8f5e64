"""Records of markets reach the events that pages follow, whatever else is on the topic."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from consumers.events.tail import tailing, wanted
from consumers.stream.records import Record
from furlong.demo.embedded_broker import EmbeddedBroker
from subgraphs.events.book.position import MAX_TEXT, Position, generation_of
from subgraphs.events.own_ids import offer_id
from subgraphs.kit.topics import MARKET_TOPIC
from tests.support.events.block import EventsBlock, events_block
from tests.support.events.pages import BRAND, Page, Selected
from tests.support.events.told import fixture, gone, market, status

PATIENCE = 180
PRICES = Selected("id markets { selections { odds { milli } } }")
ID = f"{BRAND}:{offer_id('exchange', '1')}"


@pytest.fixture
async def block(tmp_path: Path) -> AsyncIterator[EventsBlock]:
    """Provide the block, with a match and its market."""
    async with events_block(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        await opened.apply(status("exchange"), fixture("exchange", "1"), market("exchange", "1", "1", 2000))
        opened.later(seconds=3)
        yield opened


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - other tasks make it so
            await asyncio.sleep(0.01)


async def test_a_record_on_the_topic_reaches_a_page(block: EventsBlock) -> None:
    """Nothing connects before somebody follows events; what the consumer has not stored yet is shown."""
    book = block.subgraph.book
    book.tick_seconds = 0.01
    with await asyncio.to_thread(EmbeddedBroker) as broker:
        await asyncio.to_thread(broker.create_topics, [MARKET_TOPIC])
        async with (
            tailing(broker.bootstrap, book),
            AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer,
        ):
            await asyncio.sleep(0.1)
            assert book.renewal.markets.generation == ""
            page = Page(block.subgraph, [ID], PRICES)
            await page.open()
            await until(lambda: book.renewal.markets.generation)
            told = market("exchange", "1", "1", 2100, revision=2)
            for record in (replace(told, value=b"{"), market("feed", "1", "1", 5000), told):
                await producer.send_and_wait(MARKET_TOPIC, record.value, key=record.key)
            async with asyncio.timeout(PATIENCE):
                while "2100" not in page.shown[ID]:
                    await page.take()
                    await asyncio.sleep(0.01)
            await page.close()
    assert json.loads(page.shown[ID])["markets"][0]["selections"][0]["odds"] == {"milli": 2100}


async def test_without_a_broker_a_page_is_served_all_the_same(block: EventsBlock) -> None:
    """While the broker cannot be reached, the tail keeps trying, and stops when asked."""
    async with asyncio.timeout(PATIENCE), tailing("127.0.0.1:9", block.subgraph.book):
        page = Page(block.subgraph, [ID], PRICES)
        await page.open()
        await page.close()
    assert "2000" in page.shown[ID]


async def test_only_what_is_followed_is_read(block: EventsBlock) -> None:
    """Records of other markets are skipped, and so are those that are poison; one that is gone has no row."""
    book = block.subgraph.book
    page = Page(block.subgraph, [ID], PRICES)
    await page.open()
    told = market("exchange", "1", "1", 2100, revision=2)
    records = [
        told,
        market("exchange", "2", "1", 2100),
        market("exchange", "3", "9", 2100),
        gone("market", "exchange", "1"),
        gone("market", "exchange", "3"),
        replace(told, value=b"{"),
        replace(told, key=None),
        replace(told, key=b"\xff"),
        Record(MARKET_TOPIC, 0, 0, b"exchange:1", b"\xff"),
    ]
    rows = [(market.key.id, market.row and market.row["revision"]) for market in wanted(book, records)]
    assert rows == [("1", 2), ("2", 1), ("1", None)]
    await page.close()


@pytest.mark.parametrize("partitions", [0, 1, 12, 28])
def test_a_position_is_short_text_and_read_as_it_was_written(partitions: int) -> None:
    """With as many partitions as a topic may have; changed anywhere, it is none."""
    position = Position(
        generation_of("c-1", "g"), 2**41, tuple(number * 2**34 for number in range(partitions))
    )
    further = position.up_to(position.seen + 9, [offset + 9 for offset in position.offsets])
    assert (Position.parse(further.text()) == further) is (partitions <= 12)
    text = position.text()
    assert (Position.parse(text), len(text) <= MAX_TEXT) == (position, True)
    for place in range(len(text)):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert Position.parse(changed) != position or len(text) - place == 1  # the last bits mean nothing


def test_a_position_is_reached_where_all_is_that_may_have_been_sent_with_it() -> None:
    """It may be further than what is contained for sure, in each partition and in time."""
    position = Position(generation_of("", "g"), 100, (5, 7))
    further = position.up_to(130, (5, 9))
    assert further.furthest == position._replace(seen=130, offsets=(5, 9))
    assert position.up_to(90, (4, 7)) == position == position.furthest
    assert position._replace(seen=130, offsets=(6, 9)).reaches(further)
    assert not position._replace(seen=130, offsets=(9, 8)).reaches(further)
    assert not position._replace(seen=129, offsets=(9, 9)).reaches(further)


def test_a_position_for_which_there_is_no_room_lets_pages_wait_for_all_that_may_have_been_sent() -> None:
    """Then they get an image: nobody has followed anything since the time that it says."""
    position = Position(generation_of("", "g"), 100, (2**34,) * 28).up_to(130, (2**34 + 2**14,) * 28)
    assert Position.parse(position.text()) == position.furthest._replace(seen=0)


def test_a_position_of_too_many_partitions_is_one_that_nobody_can_continue_from() -> None:
    """It is still short, and of the same generation."""
    position = Position(generation_of("", "g"), 1, (2**40,) * 60)
    assert Position.parse(position.text()) == position._replace(offsets=())
