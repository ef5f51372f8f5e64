"""How long events are kept and found, by which ids, and what changes the catalogue's version."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from subgraphs.events.leaders import Leader
from subgraphs.events.models import LEADER_CHANGE, MARKET, OFFER
from subgraphs.events.records.catalogue_version import read_version
from subgraphs.events.records.providers import read_leaders, store_leaders
from tests.support.events.block import EventsBlock, events_block
from tests.support.events.told import NOW, fixture, gone, instant, market

LISTED = '{ events(brand: "northbet") { nodes { id name } } }'
FOUND = 'query ($id: ID!) { event(brand: "northbet", id: $id) { id name } }'


@pytest.fixture
async def block(database_url: str) -> AsyncIterator[EventsBlock]:
    """Provide the block over a new database, once on each engine."""
    async with events_block(database_url) as opened:
        yield opened


async def version(block: EventsBlock) -> int:
    """Return the catalogue's version."""
    async with block.subgraph.database.read() as connection:
        return await read_version(connection)


async def kept(block: EventsBlock) -> tuple[list[str], list[str]]:
    """Return which offers and which markets are stored."""
    async with block.subgraph.database.read() as connection:
        offers = await connection.execute(select(OFFER.c.sports_event_id))
        markets = await connection.execute(select(MARKET.c.market_id))
        return sorted(offers.scalars()), sorted(markets.scalars())


async def test_stale_messages_leave_the_catalogue_as_it_is(block: EventsBlock) -> None:
    """Readers have nothing to read again then."""
    await block.apply(fixture("feed", "1", revision=2))
    before = await version(block)
    await block.apply(fixture("feed", "1", revision=2), fixture("feed", "1"), gone("fixture", "feed", "9"))
    assert await version(block) == before
    await block.apply(gone("fixture", "feed", "1"))
    assert await version(block) == before + 1
    await block.apply(gone("fixture", "feed", "1"))
    assert await version(block) == before + 1


async def test_markets_of_an_event_months_ahead_are_kept_though_nothing_changes(block: EventsBlock) -> None:
    """They are deleted when their event is, and those that have none once they are old."""
    over = fixture("feed", "2", "Leeds", "Fulham", starts_at=instant(NOW + timedelta(days=1)))
    await block.apply(
        fixture("feed", "1", starts_at=instant(NOW + timedelta(days=200))),
        over,
        fixture("feed", "2", "Leeds", "Fulham", starts_at=instant(NOW), status="finished", revision=2),
        fixture("feed", "3", "Derby", "Stoke", starts_at=instant(NOW), status="live"),
        market("feed", "m-1", "1", 2000),
        market("feed", "m-2", "2", 2000),
        market("feed", "m-3", "3", 2000),
        market("feed", "m-9", "9", 2000),
    )
    block.later(days=31)
    for _ in range(2):
        await block.judge()
    assert await kept(block) == (["1", "3"], ["m-1", "m-3"])
    block.later(days=30)
    for _ in range(2):
        await block.judge()
    assert await kept(block) == (["1"], ["m-1"])


async def test_the_id_of_an_offer_that_is_gone_still_finds_its_event(block: EventsBlock) -> None:
    """In whatever order offers come and go."""
    ids = set[str]()
    for number, provider in enumerate(("exchange", "feed", "book")):
        since = instant(NOW - timedelta(days=3 - number))
        await block.apply(fixture(provider, str(number), known_since=since))
    for number, provider in enumerate(("exchange", "feed")):
        ids.add((await block.ask(LISTED))["events"]["nodes"][0]["id"])
        await block.apply(gone("fixture", provider, str(number)))
    (last,) = (await block.ask(LISTED))["events"]["nodes"]
    assert len(ids | {last["id"]}) == 3
    for known in ids:
        assert (await block.ask(FOUND, id=known))["event"] == last


async def test_ids_that_differ_between_databases_find_the_event_in_each(
    block: EventsBlock, database_url: str
) -> None:
    """Where Valkey was lost, an adapter does not know since when it knows an event; a rebuilt one neither."""
    early, late = (instant(NOW - timedelta(days=days)) for days in (3, 1))
    await block.apply(fixture("exchange", "33", known_since=early))
    await block.apply(fixture("feed", "1", known_since=instant(NOW - timedelta(days=2))))
    (ours,) = (await block.ask(LISTED))["events"]["nodes"]
    async with events_block(f"{database_url}_other") as rebuilt:
        await rebuilt.apply(fixture("exchange", "33", known_since=late, revision=2))
        await rebuilt.apply(fixture("feed", "1", known_since=instant(NOW - timedelta(days=2))))
        (theirs,) = (await rebuilt.ask(LISTED))["events"]["nodes"]
        assert ours["id"] != theirs["id"]
        assert (await rebuilt.ask(FOUND, id=ours["id"]))["event"] == theirs
    assert (await block.ask(FOUND, id=theirs["id"]))["event"] == ours


async def test_of_two_upkeeps_at_once_one_records_a_change_of_leader(block: EventsBlock) -> None:
    """Whether somebody led before or not: both have read the same, and one comes first."""

    async def change(before: Mapping[str, Leader], after: Mapping[str, Leader]) -> list[str]:
        async with block.subgraph.database.write() as connection:
            return list(await store_leaders(connection, before, after))

    states: list[dict[str, Leader]] = [{}]
    for second, provider in enumerate(("exchange", None, "feed")):
        states.append({"fixtures": Leader(provider, NOW + timedelta(seconds=second), "why")})
    for before, after in pairwise(states):
        changed = await asyncio.gather(*(change(before, after) for _ in range(4)))
        assert sorted(changed) == [[], [], [], ["fixtures"]]
    async with block.subgraph.database.read() as connection:
        rows = await connection.execute(select(LEADER_CHANGE.c.after).order_by(LEADER_CHANGE.c.id))
        assert list(rows.scalars()) == ["exchange", None, "feed"]
        assert await read_leaders(connection) == states[-1]
