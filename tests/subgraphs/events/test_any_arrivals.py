"""Whatever comes, in whatever batches, the tables and the catalogue are those of a plain model."""

import asyncio
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select

from consumers.stream.records import Record
from subgraphs.events.catalogue.catalogue import Catalogue
from subgraphs.events.catalogue.reader import CatalogueReader
from subgraphs.events.matching import Decisions, Different, Offer, OfferKey, Same, matched
from subgraphs.events.matching.names import normal
from subgraphs.events.models import MARKET, MATCH_DECISION, MATCH_WAITING, OFFER, OUTBOX, PROVIDER
from subgraphs.events.own_ids import competition_id, offer_id
from subgraphs.events.records.announcements import announce
from subgraphs.events.records.runners import RUNNERS
from tests.support.events.block import EventsBlock, events_block
from tests.support.events.catalogues import shown
from tests.support.events.told import KICK_OFF, NOW, decision, fixture, gone, instant, market, status
from tests.support.examples import examples

PROVIDERS: Final = ("book", "exchange", "feed")
SIDES: Final = (
    *(("Arsenal", "Chelsea"), ("Arsenal FC", "Chelsea"), ("Man Utd", "Chelsea"), ("TBD", "Chelsea")),
    ("Manchester United", "Chelsea"),
)
Key: TypeAlias = tuple[str, str]
Pair: TypeAlias = tuple[Key, Key]


class Told(NamedTuple):
    """A message, as the model reads it: what it is about, its number or revision, and what it says."""

    kind: str
    key: Any
    number: int
    says: Any


@dataclass
class Model:
    """What has to be known: the state of each item after all messages, in their order."""

    fixtures: dict[Key, dict[str, Any]] = field(default_factory=dict)
    markets: dict[Key, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    decisions: dict[Pair, tuple[int, str]] = field(default_factory=dict)

    def hear(self, told: Told) -> None:
        """Apply a message."""
        match told.kind:
            case "status":
                self.statuses[told.key] = max(told.number, self.statuses.get(told.key, 0))
            case "decision":
                if told.number > self.decisions.get(told.key, (0, ""))[0]:
                    self.decisions[told.key] = (told.number, told.says)
            case kind:
                self._hear_item(self.fixtures if kind == "fixture" else self.markets, told)

    def _hear_item(self, items: dict[Key, dict[str, Any]], told: Told) -> None:
        known = items.get(told.key)
        if told.says is None:
            if known is not None:
                known["gone"] = True
            return
        if known is not None:
            is_newer = told.number > known["revision"] or (known["gone"] and told.number == known["revision"])
            if not is_newer:
                return
        says = dict(told.says)
        if known is not None and "since" in says:
            says["since"] = min(says["since"], known["since"])
        if known is not None and "odds" in says:
            says["at"] = known["at"] if says["odds"] == known["odds"] else says["at"]
        items[told.key] = {**says, "revision": told.number, "gone": False}

    def matching(self) -> tuple[dict[Key, str], set[str]]:
        """Return the event of each offer that is there, and what waits."""
        offers = [
            Offer(OfferKey(*key), one["since"], "football", one["cup"], one["sides"], one["starts"])
            for key, one in self.fixtures.items()
            if not one["gone"]
        ]
        made = {"same": set[Any](), "different": set[Any](), "open": set[Any]()}
        for (first, second), (_, verdict) in self.decisions.items():
            decided = Same if verdict == "same" else Different
            made[verdict].add(decided(OfferKey(*first), OfferKey(*second)))
        result = matched(offers, Decisions(frozenset(made["same"]), frozenset(made["different"])))
        events = {(key.provider, key.id): offer_id(*keys[0]) for keys in result.events for key in keys}
        return events, {offer_id(*waiting.offers[0]) for waiting in result.waiting}


def told_of(kind: str, provider: str, item: int, number: int) -> tuple[Record, Told]:
    """Return a message, whose contents follow from what it is about and its revision, and how it is read."""
    chance, key = Random(f"{kind} {provider} {item} {number}"), (provider, str(item))  # noqa: S311 - repeatable
    if kind == "status":
        at = NOW + timedelta(seconds=number)
        return status(provider, at=at), Told(kind, provider, number, None)
    if kind == "decision":
        others = [(other, str(number % 2)) for other in PROVIDERS if other != provider]
        first, second = sorted((key, chance.choice(others)))
        pair = (first, second)
        verdict = Random(f"{pair} {number}").choice(("same", "different", "open"))  # noqa: S311 - the same
        return decision(number, verdict, *pair), Told(kind, pair, number, verdict)
    if number == 0:
        return gone(kind, *key), Told(kind, key, 0, None)
    if kind == "market":
        odds = chance.choice((2000, 2100))
        at = NOW - timedelta(minutes=number)
        event = str(chance.choice((0, 1)))
        record = market(provider, key[1], event, odds, revision=number, occurred_at=instant(at))
        return record, Told(kind, key, number, {"odds": odds, "at": at})
    sides, since = chance.choice(SIDES), NOW - timedelta(days=chance.randint(1, 3))
    starts = KICK_OFF + timedelta(minutes=chance.choice((0, 0, 30)))
    cup = chance.choice(("Premier League", "English Premier League"))
    facts = {"known_since": instant(since), "starts_at": instant(starts), "competition": cup}
    record = fixture(*key, *sides, revision=number, **facts)
    return record, Told(kind, key, number, {"sides": sides, "since": since, "starts": starts, "cup": cup})


BATCHES = st.sampled_from(("fixture", "fixture", "market", "decision", "status")).flatmap(
    lambda kind: st.lists(
        st.builds(
            told_of,
            st.just(kind),
            st.sampled_from(PROVIDERS),
            st.integers(0, 1),
            st.integers(0 if kind in {"fixture", "market"} else 1, 4),
        ),
        min_size=1,
        max_size=6,
    )
)


EXAMPLES: Final = examples(15)
"""Each opens the whole block over a new database."""


@settings(max_examples=EXAMPLES)
@given(batches=st.lists(BATCHES, max_size=6))
def test_tables_and_catalogue_are_the_models(batches: list[list[tuple[Record, Told]]]) -> None:
    """After each batch, to one who follows and to one who begins then; and in the end all of it was told."""
    asyncio.run(_compare(batches))


async def _compare(batches: Sequence[Sequence[tuple[Record, Told]]]) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        async with events_block(f"sqlite+aiosqlite:///{Path(folder) / 'test'}") as block:
            followed = _reader(block)
            for batch in batches:
                await block.apply_together(*(record for record, _ in batch))
                for _, told in batch:
                    model.hear(told)
                await _compare_tables(block, model)
                catalogue = await followed()
                assert shown(catalogue) == shown(await _reader(block)())
                _compare_catalogue(catalogue, model)
                if len(batch) % 2:
                    await _announce(block)
            await _announce(block)
            assert await _announced(block) == await _to_announce(block)


async def _announce(block: EventsBlock) -> None:
    async with block.subgraph.database.write() as connection:
        assert not await announce(connection, NOW)


async def _announced(block: EventsBlock) -> dict[tuple[str, str], Any]:
    """Return what was said last of each offer and market, but of offers that wait for a person."""
    waiting = {row["own_id"] for row in await _rows(block, OFFER) if row["event_id"] is None}
    facts = {
        (row["topic"], row["key"]): json.loads(row["value"]) for row in await _rows(block, OUTBOX.outbox)
    }
    names = ("sports", "competitions", "sports_event_ids", "starts_at", "offer_id")
    return {
        key: {name: fact[name] for name in names if name in fact}
        for key, fact in facts.items()
        if key[1] not in waiting
    }


async def _to_announce(block: EventsBlock) -> dict[tuple[str, str], Any]:
    """Return what is to be said of each, as the tables are now."""
    offers = await _rows(block, OFFER)
    found: dict[tuple[str, str], Any] = {}
    for offer in offers:
        group = [other for other in offers if other["event_id"] == offer["event_id"]]
        if offer["event_id"] is not None:
            found["event.offer.v1", offer["own_id"]] = {
                "offer_id": offer["own_id"],
                "sports": ["football"],
                "competitions": sorted(
                    {competition_id("football", normal(one["competition"])) for one in group}
                ),
                "sports_event_ids": sorted(other["own_id"] for other in group),
                "starts_at": offer["starts_at"].isoformat(),
            }
    for row in await _rows(block, MARKET):
        found["event.market.v1", row["own_id"]] = {
            "offer_id": offer_id(row["provider"], row["sports_event_id"])
        }
    return found


def _reader(block: EventsBlock) -> CatalogueReader:
    return CatalogueReader(block.subgraph.database, block.clock, ())


async def _compare_tables(block: EventsBlock, model: Model) -> None:
    events, waiting = model.matching()
    offers = {(row["provider"], row["sports_event_id"]): row for row in await _rows(block, OFFER)}
    assert {
        key: (row["revision"], row["is_gone"], row["known_since"], row["starts_at"])
        for key, row in offers.items()
    } == {
        key: (one["revision"], one["gone"], one["since"], one["starts"])
        for key, one in model.fixtures.items()
    }
    there = {key: row["event_id"] for key, row in offers.items() if not row["is_gone"]}
    assert there == {key: events.get(key) for key in there}
    assert {row["own_id"] for row in await _rows(block, MATCH_WAITING)} == waiting
    assert {
        (row["provider"], row["market_id"]): (row["revision"], row["is_gone"], *_odds(row))
        for row in await _rows(block, MARKET)
    } == {key: (one["revision"], one["gone"], one["odds"], one["at"]) for key, one in model.markets.items()}
    assert {row["provider"]: row["occurred_at"] for row in await _rows(block, PROVIDER)} == {
        name: NOW + timedelta(seconds=second) for name, second in model.statuses.items()
    }
    assert {
        ((row["first_provider"], row["first_id"]), (row["second_provider"], row["second_id"])): row["is_same"]
        for row in await _rows(block, MATCH_DECISION)
    } == {pair: verdict == "same" for pair, (_, verdict) in model.decisions.items() if verdict != "open"}


def _compare_catalogue(catalogue: Catalogue, model: Model) -> None:
    events, _ = model.matching()
    assert {
        key: event.id
        for event in catalogue.events.values()
        for key in (tuple(offer.key) for offer in event.offers)
    } == events
    for key, event_id in events.items():
        event = catalogue.find(offer_id(*key))
        assert event is not None
        assert event.id == event_id


async def _rows(block: EventsBlock, table: Table) -> list[Mapping[str, Any]]:
    async with block.subgraph.database.read() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


def _odds(row: Mapping[str, Any]) -> tuple[int | None, datetime]:
    (runner,) = RUNNERS.decode(row["runners"])
    return runner.odds_milli, runner.changed_at
