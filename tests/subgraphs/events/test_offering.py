"""What a brand offers of selections, for whoever takes bets on them: the same as the graph says."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.stream.records import Record
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from subgraphs.events.market_views import markets_by_id
from subgraphs.events.models import METADATA
from subgraphs.events.offering import OfferReader, open_offers
from subgraphs.events.own_ids import offer_id
from subgraphs.kit.domain.selections import market_id, selection_id
from subgraphs.kit.offers import Offer, OfferStatus, Terms
from subgraphs.kit.reads.key_lookup import BatchedLookup
from tests.support.database_probe import migrate, statements_of
from tests.support.events.block import TERRITORY_HEADER, EventsBlock, events_block
from tests.support.events.told import KICK_OFF, NOW, board, fixture, gone, instant, market, status
from tests.support.examples import examples

BRAND: Final = "northbet"
OPEN, SUSPENDED, OVER = OfferStatus
TERMS: Final = {"places": 3, "numerator": 1, "denominator": 5}
EXAMPLES: Final = examples(15)
"""Each opens the whole block over a new database."""


@dataclass
class Offering:
    """The block, and what reads its database to tell what is offered."""

    block: EventsBlock
    reader: OfferReader

    async def of(
        self, *selections: str, territory: str | None = None, language: str | None = None, brand: str = BRAND
    ) -> Mapping[str, Offer]:
        """Return what is offered, once what is in memory was read again."""
        self.block.later(seconds=3)
        found = await self.reader.of(brand, territory, language, selections)
        assert found is not None
        return found

    async def status(self, selection: str) -> OfferStatus:
        """Return whether a selection can be bet on."""
        return (await self.of(selection))[selection].status


@asynccontextmanager
async def offering_over(database_url: str) -> AsyncIterator[Offering]:
    """Open the block over a new database, and what tells what is offered there."""
    async with events_block(database_url) as block:
        reader = open_offers(DatabaseSettings(url=database_url), block.clock)
        yield Offering(block, reader)
        await reader.close()


@pytest.fixture
async def offering(database_url: str) -> AsyncIterator[Offering]:
    """Provide both, once on each engine."""
    async with offering_over(database_url) as opened:
        yield opened


def own(provider: str, theirs: str, runner: str) -> str:
    """Return the platform's own id of a selection."""
    return selection_id(market_id(provider, theirs), runner, 0)


HOME, DRAW, AWAY = (own("feed", "m", runner) for runner in ("home", "draw", "away"))


def runners(*statuses: str, odds: int | None = 3000, **facts: Any) -> list[dict[str, Any]]:
    """Return the runners of a race with these statuses, numbered from 1."""
    back = [] if odds is None else [{"odds_milli": odds}]
    return [
        {"selection_id": str(place), "name": f"Horse {place}", "status": one, "position": place, "back": back}
        | facts
        for place, one in enumerate(statuses, 1)
    ]


def race(*statuses: str, revision: int = 1, **facts: Any) -> Record:
    """Return a record of a race's market with runners of these statuses."""
    of_race = {"kind": "WIN", "place_terms": TERMS, "runners": runners(*statuses)}
    return market("feed", "m", "1", revision=revision, **{**of_race, **facts})


def horse(number: int) -> str:
    """Return the platform's own id of a runner of that race."""
    return own("feed", "m", str(number))


async def test_an_offer_says_all_that_a_bet_depends_on(offering: Offering) -> None:
    """By the event's present id, which may be another provider's, and the names that are shown."""
    since = instant(NOW - timedelta(days=9))
    await offering.block.apply(
        fixture("exchange", "33", known_since=since),
        fixture("feed", "1"),
        race("active", "removed", "active", "removed"),
        status("feed"),
        status("exchange", capabilities=["fixtures"]),
    )
    await offering.block.judge()
    expected = Offer(
        selection_id=horse(1),
        sports_event_id=offer_id("exchange", "33"),
        sport="football",
        event="Arsenal v Chelsea",
        market="Win",
        pick="Horse 1",
        starts_at=KICK_OFF,
        status=OPEN,
        odds_milli=3000,
        terms=Terms(1, 5, 3),
        market_kind="WIN",
        in_play=False,
        withdrawn=(horse(2), horse(4)),
    )
    gone_one = {"selection_id": horse(2), "pick": "Horse 2", "status": OVER}
    found = await offering.of(horse(1), horse(2), horse(9), own("feed", "other", "1"), "nothing", "", "a-b")
    assert found[horse(1)] == expected
    assert {name: getattr(found[horse(2)], name) for name in gone_one} == gone_one
    assert found.keys() == {horse(1), horse(2)}


async def test_what_a_brand_hides_it_does_not_offer(offering: Offering) -> None:
    """Where and when it is hidden; what it shows has the names that its editors chose."""
    evening = NOW + timedelta(minutes=10)
    placements = [
        {"hidden": True, "territories": ["DE"]},
        {"hidden": True, "since": instant(evening)},
        {"names": {"da": "Lokalopgør"}},
    ]
    await offering.block.apply(
        fixture("feed", "1"),
        market("feed", "m", "1", 2000, 3000, 4000),
        status("feed"),
        board(1, BRAND, {"scope": "event", "id": offer_id("feed", "1"), "placements": placements}),
    )
    await offering.block.judge()
    named = (await offering.of(HOME, territory="GB", language="da-DK, en;q=0.5"))[HOME]
    assert (named.event, named.market, named.pick) == ("Lokalopgør", "Match Result", "Home")
    assert (await offering.of(HOME, language="fr"))[HOME].event == "Arsenal v Chelsea"
    assert not await offering.of(HOME, territory="DE")
    assert await offering.of(HOME, territory="DE", brand="southbet")
    offering.block.clock.instant = evening
    assert not await offering.of(HOME, territory="GB")


async def test_a_provider_that_falls_silent_is_suspended_at_once(offering: Offering) -> None:
    """Before anything is judged; so is one that is no longer trusted, or does not lead."""
    block = offering.block
    await block.apply(fixture("feed", "1"), market("feed", "m", "1", 2000), status("feed"))
    await block.judge()
    assert await offering.status(HOME) is OPEN
    block.later(seconds=15)
    assert await offering.status(HOME) is SUSPENDED
    await block.apply(status("feed", at=block.clock.now(), complete=False))
    await block.judge()
    await block.apply(status("feed", at=block.clock.now()))
    assert await offering.status(HOME) is SUSPENDED
    for _ in range(40):
        await block.apply(status("feed", at=block.clock.now()))
        await block.judge()
    await block.apply(status("feed", at=block.clock.now()))
    assert await offering.status(HOME) is OPEN
    await block.apply(fixture("book", "1"), status("book", at=block.clock.now()))
    await block.judge()
    await block.apply(status("feed", at=block.clock.now()), status("book", at=block.clock.now()))
    assert await offering.status(HOME) is SUSPENDED


async def test_an_event_that_has_begun_is_in_play(offering: Offering) -> None:
    """Whoever says so first, of the event or of the market; one that is over never opens again."""
    block = offering.block
    await block.apply(fixture("feed", "1"), market("feed", "m", "1", 2000), status("feed"))
    await block.judge()
    assert not (await offering.of(HOME))[HOME].in_play
    await block.apply(market("feed", "m", "1", 2000, revision=2, in_play=True))
    assert (await offering.of(HOME))[HOME].in_play
    await block.apply(
        market("feed", "m", "1", 2000, revision=3), fixture("feed", "1", revision=2, status="live")
    )
    assert (await offering.of(HOME))[HOME].in_play
    for ended in ("finished", "cancelled"):
        await block.apply(fixture("feed", "1", revision=3 + (ended == "cancelled"), status=ended))
        assert await offering.status(HOME) is OVER


async def test_only_winners_of_races_are_bet_on_each_way(offering: Offering) -> None:
    """Elsewhere no result tells a place from a win, so that the win would be paid for a place."""
    await offering.block.apply(fixture("feed", "1"), status("feed"))
    terms = {}
    for revision, kind in enumerate(("WIN", "EACH_WAY", "PLACE", "WIN"), 1):
        given = TERMS if revision < 4 else None
        await offering.block.apply(race("active", revision=revision, kind=kind, place_terms=given))
        terms[kind, given is None] = (await offering.of(horse(1)))[horse(1)].terms
    assert terms == {
        ("WIN", False): Terms(1, 5, 3),
        ("EACH_WAY", False): None,
        ("PLACE", False): None,
        ("WIN", True): None,
    }


async def test_a_slip_takes_one_statement(offering: Offering) -> None:
    """However many selections it has, while the catalogue in memory is fresh."""
    await offering.block.apply(fixture("feed", "1"), status("feed"))
    for number in range(30):
        await offering.block.apply(market("feed", f"m-{number}", "1", 2000))
    wanted = [own("feed", f"m-{number}", "home") for number in range(30)]
    assert len(await offering.of(*wanted)) == 30
    batches: list[int] = []
    database = offering.reader.database
    markets = BatchedLookup.of(database, markets_by_id(), lambda _, keys: batches.append(keys))
    counted = replace(offering.reader, markets=markets)
    with statements_of(database) as sent:
        found = await counted.of(BRAND, None, None, wanted)
    assert found is not None
    assert len(found) == 30
    assert (batches, sent) == ([30], [])


async def test_nothing_is_known_while_the_database_is_away(free_port: Callable[[], int]) -> None:
    """Neither that something is offered, nor that it is not."""
    reader = open_offers(
        DatabaseSettings(url=f"mysql+aiomysql://nobody@127.0.0.1:{free_port()}/furlong"), ManualClock(NOW)
    )
    assert await reader.of(BRAND, None, None, [HOME]) is None
    await reader.close()


async def test_what_a_lost_database_said_is_not_offered(tmp_path: Path) -> None:
    """The catalogue may be in memory for a while, but prices never are."""
    async with offering_over(f"sqlite+aiosqlite:///{tmp_path}") as offering:
        await offering.block.apply(fixture("feed", "1"), market("feed", "m", "1", 2000), status("feed"))
        assert await offering.of(HOME)
        other = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path / 'elsewhere'}")
        lost = open_offers(other, offering.block.clock)
        mixed = replace(offering.reader, markets=lost.markets)
        assert await mixed.of(BRAND, None, None, [HOME]) is None
        await migrate(other, "events", METADATA)
        assert await mixed.of(BRAND, None, None, [HOME]) == {}
        await lost.close()


MARKETS: Final = ("open", "open", "open", "suspended", "inactive", "closed", "settled", "cancelled")
RUNNERS: Final = (
    *("active", "active", "active", "suspended", "hidden", "removed", "winner", "placed", "loser", "void"),
    "whatever",
)
EVENTS: Final = ("scheduled", "live", "suspended", "finished", "cancelled")
PROVIDERS: Final = ("exchange", "feed")


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Draw what a provider, or an editor, says next of one event and its market."""
    provider, revision = draw(st.sampled_from(PROVIDERS)), draw(st.integers(1, 9))
    match draw(st.sampled_from(("market", "market", "market", "fixture", "status", "board", "gone"))):
        case "market":
            told = runners(
                *draw(st.lists(st.sampled_from(RUNNERS), min_size=1, max_size=3)),
                odds=draw(st.sampled_from((None, 1500, 3000))),
                dead_heat_milli=draw(st.sampled_from((None, 500))),
            )
            facts = {
                "status": draw(st.sampled_from(MARKETS)),
                "kind": draw(st.sampled_from(("WIN", "PLACE"))),
                "in_play": draw(st.booleans()),
                "place_terms": draw(st.sampled_from((None, TERMS))),
            }
            return market(provider, "m", "1", revision=revision, **facts, runners=told)
        case "fixture":
            return fixture(provider, "1", revision=revision, status=draw(st.sampled_from(EVENTS)))
        case "status":
            at, is_complete = NOW + timedelta(seconds=draw(st.integers(0, 9))), draw(st.booleans())
            return status(provider, at=at, complete=is_complete, first_revision=draw(st.integers(1, 4)))
        case "board":
            hides = {"hidden": True, "territories": draw(st.sampled_from(([], ["GB"])))}
            entry = {"scope": "sport", "id": "football", "placements": [hides]}
            return board(revision, BRAND, *draw(st.sampled_from(((), (entry,)))))
        case _:
            return gone("market", provider, "m")


@settings(max_examples=EXAMPLES)
@given(said=st.lists(st.lists(records(), max_size=4), min_size=1, max_size=5))
def test_offers_are_what_the_graph_says(said: list[list[Record]]) -> None:
    """Whatever providers and editors say: the same selections, odds, and whether they can be bet on."""
    asyncio.run(_compare(said))


async def _compare(said: Iterable[Iterable[Record]]) -> None:
    begun = [fixture("feed", "1"), fixture("exchange", "1"), race("active", "active"), status("feed")]
    with tempfile.TemporaryDirectory() as folder:
        async with offering_over(f"sqlite+aiosqlite:///{folder}") as offering:
            for batch in (begun, *said):
                await offering.block.apply(*batch)
                await offering.block.judge()
                for territory in (None, "GB"):
                    await _compare_now(offering, territory)


_SELECTIONS: Final = """query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Selection {
  id name status odds { milli }
  market { name status placeTerms { numerator denominator } event { id name status startsAt } } } } }"""
_SHOWN: Final = 'query ($id: ID!) { event(brand: "northbet", id: $id) { id } }'


async def _compare_now(offering: Offering, territory: str | None) -> None:
    selections = [own(provider, "m", str(number)) for provider in PROVIDERS for number in range(1, 4)]
    offers = await offering.of(*selections, territory=territory)
    headers = {} if territory is None else {TERRITORY_HEADER: territory}
    ids = [{"__typename": "Selection", "id": f"{BRAND}:{selection}"} for selection in selections]
    answer = await offering.block.answer_now(_SELECTIONS, headers, ids=ids)
    shown = {
        node["id"]: node
        for node in answer["data"]["_entities"]
        if node is not None and await _is_shown(offering, node["market"]["event"]["id"], headers)
    }
    assert {f"{BRAND}:{selection}" for selection in offers} == shown.keys()
    for selection, offer in offers.items():
        node = shown[f"{BRAND}:{selection}"]
        of_market, event = node["market"], node["market"]["event"]
        assert offer.status is _status(node["status"], of_market["status"], event["status"])
        assert offer.odds_milli == (node["odds"] and node["odds"]["milli"])
        assert (offer.pick, offer.market, offer.event) == (node["name"], of_market["name"], event["name"])
        assert f"{BRAND}:{offer.sports_event_id}" == event["id"]
        assert offer.starts_at.isoformat() == event["startsAt"]
        assert offer.in_play or event["status"] != "LIVE"
        assert offer.terms is None or of_market["placeTerms"] == {"numerator": 1, "denominator": 5}


async def _is_shown(offering: Offering, event: str, headers: dict[str, str]) -> bool:
    return (await offering.block.answer_now(_SHOWN, headers, id=event))["data"]["event"] is not None


def _status(selection: str, of_market: str, event: str) -> OfferStatus:
    """Return whether a selection can be bet on by what the graph says of it."""
    if event in {"FINISHED", "CANCELLED"} or of_market in {"CLOSED", "SETTLED"}:
        return OVER
    return {"OPEN": OPEN, "SUSPENDED": SUSPENDED}.get(selection, OVER)
