"""What the block tells other blocks: what events are called, and of which offer each market is."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from subgraphs.events.matching.names import normal
from subgraphs.events.models import OUTBOX
from subgraphs.events.own_ids import competition_id, offer_id
from subgraphs.events.records import announcements
from subgraphs.events.upkeep import ANNOUNCED
from subgraphs.kit.domain.selections import market_id
from tests.support.events.block import EventsBlock, events_block
from tests.support.events.told import NOW, decision, fixture, gone, instant, market

OURS, THEIRS = offer_id("exchange", "33"), offer_id("feed", "1")
OFFERS, MARKETS = "event.offer.v1", "event.market.v1"
TABLE = OUTBOX.outbox


@pytest.fixture
async def block(database_url: str) -> AsyncIterator[EventsBlock]:
    """Provide the block over a new database, once on each engine."""
    async with events_block(database_url) as opened:
        yield opened


async def told(block: EventsBlock, topic: str) -> dict[str, Any]:
    """Return what is told of each offer or market after a round of upkeep, and take it away."""
    await block.judge()
    async with block.subgraph.database.write() as connection:
        rows = list(
            await connection.execute(select(TABLE).where(TABLE.c.topic == topic).order_by(TABLE.c.id))
        )
        await connection.execute(delete(TABLE).where(TABLE.c.topic == topic))
    return {row.key: json.loads(row.value) if row.value else None for row in rows}


async def events_told(block: EventsBlock) -> dict[str, list[str]]:
    """Return by which ids the events of offers are told."""
    return {key: fact["sports_event_ids"] for key, fact in (await told(block, OFFERS)).items()}


async def test_an_event_is_told_by_all_its_names(block: EventsBlock) -> None:
    """Whoever leads, it is found: by the competition and the id that each provider has for it."""
    await block.apply(
        fixture("exchange", "33", "Arsenal FC", "Chelsea", competition="English Premier League"),
        fixture("feed", "1", competition="Premier League"),
        decision(1, "same", ("exchange", "33"), ("feed", "1")),
    )
    cups = ("English Premier League", "Premier League")
    expected = {
        "sports": ["football"],
        "competitions": sorted(competition_id("football", normal(cup)) for cup in cups),
        "sports_event_ids": sorted([OURS, THEIRS]),
    }
    facts = await told(block, OFFERS)
    assert {key: {name: fact[name] for name in expected} for key, fact in facts.items()} == {
        OURS: expected,
        THEIRS: expected,
    }


async def test_offers_that_are_separated_are_told_anew(block: EventsBlock) -> None:
    """Also the one that stays where it was, as the other's names are no longer the event's."""
    ours, theirs = ("exchange", "33"), ("feed", "1")
    await block.apply(fixture(*ours, "Arsenal FC", "Chelsea"), fixture(*theirs))
    both = sorted([OURS, THEIRS])
    assert await events_told(block) == {OURS: both, THEIRS: both}
    await block.apply(decision(1, "different", ours, theirs))
    assert await events_told(block) == {OURS: [OURS], THEIRS: [THEIRS]}
    await block.apply(decision(2, "open", ours, theirs))
    assert await events_told(block) == {OURS: both, THEIRS: both}


async def test_an_offer_that_waits_for_a_person_is_told_once_it_has_an_event(block: EventsBlock) -> None:
    """Until then nobody knows of which event it is."""
    later = instant(NOW - timedelta(days=1))
    await block.apply(
        fixture("feed", "1", "Manchester United", "Chelsea"),
        fixture("exchange", "33", "Man Utd", "Chelsea", known_since=later),
    )
    assert await events_told(block) == {THEIRS: [THEIRS]}
    await block.apply(decision(1, "same", ("exchange", "33"), ("feed", "1")))
    both = sorted([OURS, THEIRS])
    assert await events_told(block) == {OURS: both, THEIRS: both}


async def test_a_market_is_told_when_it_is_new_and_when_it_moves(block: EventsBlock) -> None:
    """Prices, scores and what is told twice change nothing."""
    own = market_id("feed", "m")
    await block.apply(market("feed", "m", "1", 2000))
    assert {key: fact["offer_id"] for key, fact in (await told(block, MARKETS)).items()} == {own: THEIRS}
    await block.apply(market("feed", "m", "1", 2100, revision=2), gone("market", "feed", "m"))
    await block.apply(market("feed", "m", "1", 2100, revision=3))
    assert await told(block, MARKETS) == {}
    await block.apply(market("feed", "m", "2", 2100, revision=4))
    moved = offer_id("feed", "2")
    assert {key: fact["offer_id"] for key, fact in (await told(block, MARKETS)).items()} == {own: moved}


async def test_a_score_is_not_told(block: EventsBlock) -> None:
    """It changes nothing of what the event is called."""
    await block.apply(fixture("feed", "1"))
    assert set(await told(block, OFFERS)) == {THEIRS}
    await block.apply(fixture("feed", "1", status="live", score="1-0", revision=2))
    assert await told(block, OFFERS) == {}


async def test_messages_about_what_is_deleted_are_removed(block: EventsBlock) -> None:
    """The topic would otherwise keep every market there ever was."""
    await block.apply(fixture("feed", "1"), market("feed", "m", "1", 2000))
    assert set(await told(block, OFFERS)) == {THEIRS}
    assert set(await told(block, MARKETS)) == {market_id("feed", "m")}
    block.later(days=62)
    assert await told(block, OFFERS) == {THEIRS: None}
    for topic in (MARKETS, "event.result.v1"):
        assert await told(block, topic) == {market_id("feed", "m"): None}


async def test_what_was_known_before_this_was_told_is_told(
    block: EventsBlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much there is, in batches, and some of them in each round."""
    monkeypatch.setattr(announcements, "BATCH", 30)
    await block.apply_together(*(market("feed", f"m-{number}", "1", 2000) for number in range(650)))
    counts = [len(await told(block, MARKETS)) for _ in range(3)]
    assert counts == [ANNOUNCED * 30, 50, 0]
