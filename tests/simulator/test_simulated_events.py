"""Simulated events: by their contracts, two providers of the same, with odds that move."""

import json
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import jsonschema
import msgspec
import pytest
from sqlalchemy import select

from consumers.stream.records import Record
from simulator.events import EventSource
from simulator.kafka.messages import Message
from simulator.world import load_world
from subgraphs.bets.settlement.outcomes import LegResult, Outcome
from subgraphs.bets.settlement.results import MarketResult, outcome_of
from subgraphs.events.matching import Decisions, Offer, OfferKey, matched
from subgraphs.events.models import OUTBOX
from tests.support.events.block import EventsBlock, events_block
from tests.support.events.told import NOW

CONTRACTS: Final = Path(__file__).resolve().parents[2] / "contracts" / "providers"
WORLD: Final = load_world()


@pytest.fixture
async def block(database_url: str) -> AsyncIterator[EventsBlock]:
    """Provide the block of events over a new database, once on each engine."""
    async with events_block(database_url) as opened:
        yield opened


def told(source: EventSource, seconds: int) -> list[Message]:
    """Return what a source says in so many seconds."""
    random = Random(1)  # noqa: S311 - the same each time
    return [
        message
        for second in range(seconds)
        for message in source(WORLD, random, NOW + timedelta(seconds=second))
    ]


def by_topic(messages: Iterable[Message]) -> dict[str, list[Record]]:
    """Return messages as records, by topic."""
    records: dict[str, list[Record]] = {}
    for message in messages:
        record = Record(message.topic, 0, 0, message.key, message.value, message.headers)
        records.setdefault(message.topic, []).append(record)
    return records


def offered(fixture: dict[str, Any]) -> Offer:
    """Return the offer that a message tells of."""
    return Offer(
        OfferKey(fixture["provider"], fixture["sports_event_id"]),
        datetime.fromisoformat(fixture["known_since"]),
        fixture["sport"],
        fixture["competition"],
        tuple(competitor["name"] for competitor in fixture["competitors"]),
        datetime.fromisoformat(fixture["starts_at"]),
    )


def test_what_is_told_keeps_its_contract_and_only_changes_are_told() -> None:
    """At first everything, and then the markets that moved."""
    source = EventSource()
    first = told(source, 1)
    assert len(first) > 300
    assert len(told(source, 10)) < len(first)
    for message in first:
        name = message.topic.removesuffix(".v1")
        contract = json.loads((CONTRACTS / f"{name}.v1.schema.json").read_text())
        jsonschema.validate(json.loads(message.value), contract)


def test_in_a_rehearsal_adapters_say_by_the_machine_that_they_are_well() -> None:
    """Events are of the product's time; else nobody would believe in prices, and nothing could be bet on."""
    source, machine = EventSource(), NOW + timedelta(days=200)
    source.by_machine(lambda: machine)
    records = by_topic(told(source, 1))
    bodies = [json.loads(record.value or b"") for topic in records.values() for record in topic]
    statuses = [body for body in bodies if body["schema"] == "provider.status/1"]
    said = {datetime.fromisoformat(status["occurred_at"]) for status in statuses}
    assert (len(statuses), said) == (2, {machine})
    millis = int(machine.timestamp() * 1000)
    assert {status["first_revision"] for status in statuses} == {millis}
    assert {body["revision"] for body in bodies if body not in statuses} == {millis}
    starts = [datetime.fromisoformat(body["starts_at"]) for body in bodies if "starts_at" in body]
    assert max(starts) - NOW < timedelta(days=2)


@pytest.mark.parametrize("hour", range(36))
def test_three_or_four_events_wait_for_a_person_at_any_hour(hour: int) -> None:
    """They are of the one player whose name differs too much; everything else is joined."""
    now = NOW + timedelta(hours=hour)
    records = by_topic(EventSource().still(WORLD, Random(1), now))  # noqa: S311 - the same each time
    offers = [offered(json.loads(record.value or b"")) for record in records["provider.fixture.v1"]]
    matching = matched(offers, Decisions())
    by_key = {offer.key: offer for offer in offers}
    waiting = [by_key[key] for event in matching.waiting for key in event.offers]
    assert len(waiting) in {3, 4}
    assert all("Marta Quesada Vidal" in offer.participants for offer in waiting)
    assert len(matching.events) * 2 == len(offers)


async def test_the_providers_offer_the_same_events(block: EventsBlock) -> None:
    """Most are joined, a few wait for a person; all that is open has odds."""
    for records in by_topic(told(EventSource(), 30)).values():
        await block.apply_together(*records)
    block.later(seconds=28)
    await block.judge()
    query = """query ($sport: ID) { events(brand: "northbet", sport: $sport, first: 100) {
      nodes { name markets { status placeTerms { places } selections { status odds { display } } } } } }"""
    seen: dict[str, Any] = {}
    for sport in ("football", "tennis", "horse-racing"):
        seen[sport] = (await block.ask(query, sport=f"northbet:{sport}"))["events"]["nodes"]
    assert len(seen["football"]) == 31  # two are over
    assert len(seen["tennis"]) == 10
    assert all(event["markets"][0]["placeTerms"] == {"places": 3} for event in seen["horse-racing"])
    offered = [
        selection["odds"]
        for events in seen.values()
        for event in events
        for market in event["markets"]
        for selection in market["selections"]
        if selection["status"] == "OPEN"
    ]
    assert len(offered) > 200
    assert all(offered)


async def test_selections_that_are_picked_for_bets_are_those_of_the_graph(block: EventsBlock) -> None:
    """By the platform's own ids and at the odds that are offered; of different markets."""
    source = EventSource()
    for records in by_topic(told(source, 2)).values():
        await block.apply_together(*records)
    await block.judge()
    picked = source.picks(Random(1), 20)  # noqa: S311 - the same each time
    query = """query ($ids: [_Any!]!) { _entities(representations: $ids) {
      ... on Selection { id odds { milli } market { id } } } }"""
    ids = [{"__typename": "Selection", "id": f"northbet:{leg.selection_id}"} for leg in picked]
    found = (await block.ask(query, ids=ids))["_entities"]
    assert [(selection["id"], selection["odds"]["milli"]) for selection in found] == [
        (f"northbet:{leg.selection_id}", leg.odds_milli) for leg in picked
    ]
    assert len({selection["market"]["id"] for selection in found}) == len(picked) == 20


async def test_results_are_told_as_bookmakers_have_them(block: EventsBlock) -> None:
    """With places, dead heats for the first and the last place, deductions, and what is void."""
    source, hours = EventSource(), 12
    for minutes in range(0, 60 * hours, 30):
        now = NOW + timedelta(minutes=minutes)
        for records in by_topic(source.still(WORLD, Random(1), now)).values():  # noqa: S311 - the same each time
            await block.apply_together(*records)
        await block.upkeep.round()
        block.later(minutes=30)
    results = await told_results(block)
    races = [result for result in results.values() if result.kind == "WIN"]
    assert len(races) == 2 * (2 * (3 + hours) - 1)
    for race in races:
        outcomes = outcomes_of(race)
        assert sum(outcome.win_share for outcome in outcomes) == 1
        placed = [outcome for outcome in outcomes if outcome.place_share(3)]
        assert sum(outcome.place_share(3) for outcome in placed) == 3
    every = [outcome for result in results.values() for outcome in outcomes_of(result)]
    assert {outcome.result for outcome in every} == set(LegResult)
    assert {outcome.shared_milli for outcome in every if outcome.result is LegResult.PLACED} == {500, 1000}
    deductions = {outcome.deduction_milli for outcome in every if outcome.result is LegResult.WON}
    assert 0 in deductions
    assert len(deductions) > 3
    cancelled = [result for result in results.values() if result.status == "cancelled"]
    assert cancelled
    assert {outcome.result for result in cancelled for outcome in outcomes_of(result)} == {LegResult.VOID}


async def told_results(block: EventsBlock) -> dict[str, MarketResult]:
    """Return what was told of each market, which must be told once."""
    c = OUTBOX.outbox.c
    async with block.subgraph.database.read() as connection:
        query = select(c.key, c.value).where(c.topic == "event.result.v1").order_by(c.id)
        rows = (await connection.execute(query)).all()
    assert len({row.key for row in rows}) == len(rows)
    return {row.key: msgspec.convert(json.loads(row.value), MarketResult) for row in rows}


def outcomes_of(result: MarketResult) -> list[Outcome]:
    """Return what became of bets on each selection of a market, made long before."""
    before = NOW - timedelta(days=9)
    found = [outcome_of(result, runner.selection_id, before) for runner in result.runners]
    return [outcome for outcome in found if outcome is not None]


def test_what_is_still_changes_at_full_minutes() -> None:
    """A source that is asked every few seconds says what one says that is asked at the end of each minute."""
    often, seldom = EventSource(), EventSource()
    for second in range(0, 3600, 20):
        now = NOW + timedelta(seconds=second)
        list(often.still(WORLD, Random(1), now))  # noqa: S311 - the same each time
        if second % 60 == 40:
            list(seldom.still(WORLD, Random(1), now))  # noqa: S311 - the same each time
            assert often.told == seldom.told
