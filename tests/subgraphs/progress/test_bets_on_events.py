"""Bets wait until their sports events are known, and are judged again whenever these change."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from consumers.progress.event_messages import decode_offer
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from subgraphs.events.matching.names import normal
from subgraphs.events.models import OUTBOX
from subgraphs.events.own_ids import competition_id
from subgraphs.kit.domain.selections import market_id, selection_id
from subgraphs.kit.records.outbox import Outbox
from subgraphs.kit.topics import EVENT_MARKET_TOPIC, EVENT_OFFER_TOPIC
from subgraphs.progress.counting.legs import KnownEvent
from subgraphs.progress.ledger import event_changes
from subgraphs.progress.ledger.week_reader import WeekReader
from subgraphs.progress.models import BET_MARKET, KNOWN_MARKET, KNOWN_OFFER
from tests.support.consumers.progress_reducer import Reducer, reducer
from tests.support.consumers.sample_messages import (
    account,
    bet,
    event_market,
    event_offer,
    not_kept,
    scheme,
)
from tests.support.database_probe import contents
from tests.support.events.block import events_block
from tests.support.events.told import fixture, market

__all__ = ["reducer"]

FOOTBALL = {"sports": ["football"], "legs": "all"}


def leg(selection: str = "market1-a", **more: Any) -> dict[str, Any]:
    """A leg of a bet."""
    return {"selection_id": selection, "odds_milli": 2000, **more}


async def ask_for(reducer: Reducer, scope: dict[str, Any] | None) -> None:
    """Let the scheme of Ireland count a scope, and put the customer there."""
    await reducer.schemes(scheme(jurisdiction="IE", events=scope))
    await reducer.accounts(account(jurisdiction="IE"))


async def count(reducer: Reducer, table: Any) -> int:
    """Return how many rows a table has."""
    async with reducer.database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def test_a_bet_waits_for_its_event_and_then_counts_once(reducer: Reducer) -> None:
    """Both messages about it are needed; told again, they change nothing."""
    await ask_for(reducer, FOOTBALL)
    await reducer.bets(bet(legs=[leg()]))
    assert await reducer.reasons() == ["EVENT_PENDING"]
    await reducer.offers(event_offer())
    assert (await reducer.reasons(), await reducer.counted()) == (["EVENT_PENDING"], 0)
    for _ in range(2):
        await reducer.markets(event_market())
        await reducer.offers(event_offer())
        assert (await reducer.reasons(), await reducer.counted()) == (["COUNTED"], 500)


async def test_an_event_that_is_known_first_decides_at_once(reducer: Reducer) -> None:
    """Nothing has to be judged again."""
    await reducer.markets(event_market(), event_market(market_id="market2", offer_id="offer2"))
    await reducer.offers(event_offer(), event_offer(offer_id="offer2", sports=["tennis"]))
    await ask_for(reducer, FOOTBALL)
    await reducer.bets(
        bet(bet_id="b-1", legs=[leg()]),
        bet(bet_id="b-2", legs=[leg(), leg("market2-a")]),
        bet(bet_id="b-3", legs=[leg(), leg("market3-a")]),
        bet(bet_id="b-4", legs=[leg("market3-a", sport="football")]),
        bet(bet_id="b-5"),
    )
    reasons = ["COUNTED", "EXCLUDED_EVENT", "EVENT_PENDING", "COUNTED", "EXCLUDED_EVENT"]
    assert (await reducer.reasons(), await reducer.counted()) == (reasons, 1000)


async def test_an_event_that_is_called_otherwise_is_judged_again(reducer: Reducer) -> None:
    """Offers are joined and separated, and a market may move: the total follows."""
    await ask_for(reducer, {"events": ["offer2"]})
    await reducer.bets(bet(legs=[leg()]))
    await reducer.markets(event_market())
    for ids, counted in ((["offer1"], 0), (["offer1", "offer2"], 500), (["offer1"], 0)):
        await reducer.offers(event_offer(sports_event_ids=ids))
        assert await reducer.counted() == counted
    await reducer.offers(event_offer(offer_id="offer2", sports_event_ids=["offer2"]))
    await reducer.markets(event_market(offer_id="offer2"))
    assert await reducer.counted() == 500


async def test_the_last_message_of_a_batch_counts(reducer: Reducer) -> None:
    """Those before it are of the past."""
    await ask_for(reducer, FOOTBALL)
    await reducer.bets(bet(legs=[leg()]))
    await reducer.markets(event_market(offer_id="offer9"), event_market())
    outcome = await reducer.offers(event_offer(sports=["tennis"]), event_offer())
    assert (await reducer.reasons(), outcome.stale) == (["COUNTED"], 1)


async def test_bets_are_found_however_many_there_are(
    reducer: Reducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are judged again in portions."""
    monkeypatch.setattr(event_changes, "BETS_PER_BATCH", 3)
    await ask_for(reducer, FOOTBALL)
    legs = [leg("market1-a"), leg("market2-a")]
    await reducer.bets(*(bet(bet_id=f"b-{number}", stake_minor=100, legs=legs) for number in range(10)))
    await reducer.offers(event_offer())
    await reducer.markets(event_market(), event_market(market_id="market2"))
    assert (await reducer.counted(), set(await reducer.reasons())) == (1000, {"COUNTED"})


async def test_a_scheme_that_begins_to_ask_finds_the_bets_that_are_there(reducer: Reducer) -> None:
    """Also those whose event is known only later."""
    await reducer.bets(bet(legs=[leg()]))
    assert (await reducer.reasons(), await count(reducer, BET_MARKET)) == (["COUNTED"], 0)
    await ask_for(reducer, FOOTBALL)
    assert await reducer.reasons() == ["EVENT_PENDING"]
    await reducer.offers(event_offer())
    await reducer.markets(event_market())
    assert (await reducer.reasons(), await reducer.counted()) == (["COUNTED"], 500)


async def test_where_all_events_count_nothing_is_noted(reducer: Reducer) -> None:
    """Bets cost there what they cost before; what is told of events is kept for a scheme that may ask."""
    await reducer.bets(bet(legs=[leg()]))
    await reducer.offers(event_offer())
    await reducer.markets(event_market())
    assert await reducer.reasons() == ["COUNTED"]
    counts = [await count(reducer, table) for table in (BET_MARKET, KNOWN_OFFER, KNOWN_MARKET)]
    assert counts == [0, 1, 1]


async def test_what_is_not_kept_elsewhere_is_kept_while_a_bet_is_on_it(reducer: Reducer) -> None:
    """The bet may be judged again at any time, and must then count what it counted."""
    await ask_for(reducer, FOOTBALL)
    for number in (1, 2):
        await reducer.markets(event_market(market_id=f"market{number}", offer_id=f"offer{number}"))
        await reducer.offers(event_offer(offer_id=f"offer{number}"))
    await reducer.bets(bet(legs=[leg()]))
    for number in (1, 2):
        await reducer.offers(not_kept("event.offer.v1", f"offer{number}"))
        await reducer.markets(not_kept("event.market.v1", f"market{number}"))
    assert [row[0] for row in (await contents(reducer.database, KNOWN_OFFER))["known_offer"]] == ["offer1"]
    assert [row[0] for row in (await contents(reducer.database, KNOWN_MARKET))["known_market"]] == ["market1"]
    await reducer.accounts(account(revision=2, jurisdiction="GB"))
    await reducer.accounts(account(revision=3, jurisdiction="IE"))
    assert (await reducer.reasons(), await reducer.counted()) == (["COUNTED"], 500)


async def test_an_event_that_becomes_known_after_the_week_counts_as_if_it_had_always_been(
    reducer: Reducer,
) -> None:
    """What was staked in time does not depend on when we learned what it was on."""
    await ask_for(reducer, FOOTBALL)
    await reducer.bets(bet(legs=[leg()], occurred_at="2026-03-29T22:00:00Z"))
    await reducer.bets(bet(bet_revision=2, status="void", legs=[leg()], occurred_at="2026-05-01T00:00:00Z"))
    await reducer.markets(event_market())
    await reducer.offers(event_offer())
    assert await reducer.counted() == 500


async def test_events_of_stored_bets_are_read_for_a_dry_run(reducer: Reducer) -> None:
    """Also where no scheme asks yet: a dry run tries one that would."""
    await reducer.bets(bet(legs=[leg(), leg("market2-a"), leg("market3-a", sport="tennis")]))
    await reducer.offers(event_offer())
    for number in (1, 3):
        await reducer.markets(event_market(market_id=f"market{number}"))
    reader = WeekReader(reducer.database.dialect)
    async with reducer.database.read() as connection:
        bets = await reader.bets(connection, "northbet", "2026-W13", ["c-1"])
        known = await reader.events(connection, bets)
    assert known == {"market1": KnownEvent(("football",), ("cup",), ("offer1",))}


async def test_bets_and_events_at_once_leave_no_bet_waiting(reducer: Reducer) -> None:
    """Whichever comes first, the other sees it."""
    await ask_for(reducer, FOOTBALL)
    bets = [reducer.bets(bet(bet_id=f"b-{number}", stake_minor=100, legs=[leg()])) for number in range(8)]
    await asyncio.gather(*bets[:4], reducer.markets(event_market()), reducer.offers(event_offer()), *bets[4:])
    assert (set(await reducer.reasons()), await reducer.counted()) == ({"COUNTED"}, 800)


async def test_a_bet_on_a_selection_of_the_block_of_events_counts(
    reducer: Reducer, database_url: str
) -> None:
    """From what a provider tells to the total: what the one block says is what the other one reads."""
    market_of_it = market_id("feed", "m")
    selection = selection_id(market_of_it, "home", 0)
    await ask_for(reducer, {"competitions": [competition_id("football", normal("Premier League"))]})
    await reducer.bets(bet(legs=[leg(selection)]))
    async with events_block(database_url) as block:
        await block.apply(fixture("feed", "1"), market("feed", "m", "1", 2000))
        await block.judge()
        async with block.subgraph.database.read() as connection:
            messages = await Outbox(OUTBOX).waiting(connection, 10)
    told = [Record(m.topic, 0, 0, m.key.encode(), m.value.encode(), _headers(m.headers)) for m in messages]
    await reducer.offers(*(record for record in told if record.topic == EVENT_OFFER_TOPIC))
    assert await reducer.reasons() == ["EVENT_PENDING"]
    await reducer.markets(*(record for record in told if record.topic == EVENT_MARKET_TOPIC))
    assert (await reducer.reasons(), await reducer.counted()) == (["COUNTED"], 500)


def _headers(headers: Mapping[str, str]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value.encode()) for name, value in headers.items())


def test_a_null_value_needs_the_id_of_what_is_not_kept() -> None:
    """Without one it says nothing."""
    with pytest.raises(Poison, match="must be an id"):
        decode_offer(Record("event.offer.v1", 0, 0, None, None))
