"""The board of a brand: what it shows, in which order and under which names, when and where."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from subgraphs.events.catalogue.boards import AS_TOLD
from subgraphs.events.catalogue.brand_views import MAX_VIEWS, BrandViews
from subgraphs.events.catalogue.catalogue import Catalogue, Wanted
from subgraphs.events.catalogue.events import Providers
from subgraphs.events.matching.names import normal
from subgraphs.events.models import CATALOGUE, GLOBAL_STATE, OFFER
from subgraphs.events.own_ids import competition_id, offer_id
from subgraphs.events.records.catalogue_version import raise_version
from tests.support.events.block import TERRITORY_HEADER, EventsBlock, events_block
from tests.support.events.told import KICK_OFF, NOW, board, decision, fixture, instant, market
from tests.support.subgraphs.club_fixture import make_token

from .boards import BRAND, NOON, TERRITORIES, PlainBrand, catalogues

HOURS = st.sampled_from([NOON + timedelta(hours=hour) for hour in range(-4, 5)])
INSTANTS = st.lists(HOURS, min_size=1, max_size=4)
SHOWN = """
{ sports(brand: "northbet") { id name competitions { id name } }
  events(brand: "northbet") { nodes { id name imageUrl } } }
"""
NAMED = 'query ($search: String) { events(brand: "northbet", search: $search) { nodes { name } } }'
WHOLE = Wanted()


@pytest.fixture
async def block(database_url: str) -> AsyncIterator[EventsBlock]:
    """Provide the block over a new database, once on each engine."""
    async with events_block(database_url) as opened:
        yield opened


def entry(scope: str, own_id: str, *placements: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of a board as the back office publishes it."""
    return {"scope": scope, "id": own_id, "placements": list(placements)}


async def names(block: EventsBlock, territory: str | None = None) -> list[str]:
    """Return the names of the events that are listed, once what is in memory was read again."""
    block.later(seconds=3)
    return await names_now(block, territory)


async def names_now(block: EventsBlock, territory: str | None = None) -> list[str]:
    """Return the names of the events that are listed at this instant."""
    headers = {} if territory is None else {TERRITORY_HEADER: territory}
    answer = await block.answer_now(NAMED, headers)
    assert "errors" not in answer, answer
    return [node["name"] for node in answer["data"]["events"]["nodes"]]


@given(catalogues(), st.none() | st.sampled_from((*TERRITORIES, "FR")), INSTANTS)
def test_a_brand_shows_what_its_board_says(
    catalogue: Catalogue, territory: str | None, instants: list[datetime]
) -> None:
    """At whatever instants it is asked, in whatever order, as if all were filtered and sorted each time."""
    views = BrandViews()
    for now in instants:
        plain = PlainBrand(catalogue, BRAND, territory, now)
        view = views.of(catalogue, BRAND, territory, now)
        assert [event.id for event in view.page(WHOLE, 100, None).events] == plain.events()
        assert list(view.sports) == plain.sports()
        for event in catalogue.events.values():
            assert view.shows(event) is not plain.is_hidden(event)
            placement = plain.of_event(event)
            assert view.of_event(event) == (placement or AS_TOLD)
            for name in () if placement is None else placement.names.values():
                found = view.page(Wanted(status=event.status, search=name), 100, None).events
                assert plain.is_hidden(event) or event.id in {one.id for one in found}
        elsewhere = views.of(catalogue, "westbet", territory, now).page(WHOLE, 100, None)
        assert [event.id for event in elsewhere.events] == PlainBrand(
            catalogue, "westbet", territory, now
        ).events()


@given(catalogues(), HOURS, st.integers(1, 4))
def test_pages_go_on_where_the_last_one_ended(catalogue: Catalogue, now: datetime, size: int) -> None:
    """With positions as without them."""
    view = BrandViews().of(catalogue, BRAND, None, now)
    seen: list[str] = []
    last, has_next = None, True
    while has_next:
        page = view.page(WHOLE, size, last)
        seen += [event.id for event in page.events]
        last, has_next = (view.order(page.events[-1]) if page.events else None), page.has_next
    assert seen == PlainBrand(catalogue, BRAND, None, now).events()


async def test_editors_decide_what_is_shown_and_how(block: EventsBlock) -> None:
    """The message arrives, and the graph has their order, names and pictures; another brand has not."""
    cup = competition_id("football", normal("Cup"))
    await block.apply(
        fixture("feed", "1", "Leeds", "Fulham"),
        fixture("feed", "2", starts_at=instant(KICK_OFF + timedelta(hours=1)), competition="Cup"),
        fixture("feed", "3", "Smith", "Jones", sport="tennis", competition="Open"),
        board(
            1,
            "northbet",
            entry("sport", "tennis", {"position": 0, "names": {"de": "Weißer Sport"}}),
            entry("competition", cup, {"position": 3, "names": {"de": "Pokal"}}),
            entry(
                "event",
                offer_id("feed", "2"),
                {"position": 1, "names": {"de": "Derby", "ar": "\u200fديربي"}, "image_url": "/derby.png"},
            ),
        ),
    )
    shown = await block.ask(SHOWN, "de-AT, en;q=0.5")
    assert [(sport["name"], [one["name"] for one in sport["competitions"]]) for sport in shown["sports"]] == [
        ("Weißer Sport", ["Open"]),
        ("Football", ["Pokal", "Premier League"]),
    ]
    assert [(node["name"], node["imageUrl"]) for node in shown["events"]["nodes"]] == [
        ("Derby", "/derby.png"),
        *sorted((("Leeds v Fulham", None), ("Smith v Jones", None)), key=lambda one: _id_of(one[0], shown)),
    ]
    assert next(node["name"] for node in (await block.ask(SHOWN, "fr"))["events"]["nodes"]) == (
        "Arsenal v Chelsea"
    )
    assert next(node["name"] for node in (await block.ask(SHOWN, "ar"))["events"]["nodes"]) == "\u200fديربي"
    for search in ("derby", "chelsea", "pokal"):
        found = await block.ask(NAMED, "de", search=search)
        assert found["events"]["nodes"] == [{"name": "Derby"}], search
    southbet = await block.ask(SHOWN.replace("northbet", "southbet"), "de")
    assert [sport["name"] for sport in southbet["sports"]] == ["Football", "Tennis"]
    assert {node["imageUrl"] for node in southbet["events"]["nodes"]} == {None}


def _id_of(name: str, shown: Any) -> str:
    return next(node["id"] for node in shown["events"]["nodes"] if node["name"] == name)


async def test_a_hidden_event_is_found_by_its_id_alone(block: EventsBlock) -> None:
    """What was bet on must be shown; `event` and lists say that there is none, by whatever id."""
    own_ids = [offer_id("feed", "1"), offer_id("exchange", "33")]
    await block.apply(fixture("feed", "1"), fixture("exchange", "33"), market("exchange", "1.1", "33", 2000))
    await block.apply(decision(1, "same", ("exchange", "33"), ("feed", "1")))
    by_id = """
    query ($id: ID!, $entities: [_Any!]!) {
      event(brand: "northbet", id: $id) { name }
      _entities(representations: $entities) { ... on Event { name sport { name competitions { name } } } } }
    """
    for number, hidden in enumerate(own_ids, 1):
        placement = {"hidden": True, "names": {"en": "The derby"}}
        await block.apply(board(number, "northbet", entry("event", hidden, placement)))
        assert await names(block) == []
        for own_id in own_ids:
            graph_id = f"northbet:{own_id}"
            entities = [{"__typename": "Event", "id": graph_id}]
            answer = await block.ask(by_id, "en", id=graph_id, entities=entities)
            sport = {"name": "Football", "competitions": []}
            assert answer == {"event": None, "_entities": [{"name": "The derby", "sport": sport}]}


async def test_what_is_hidden_hides_what_is_in_it(block: EventsBlock) -> None:
    """A sport its competitions, a competition its events, whichever provider names it."""
    await block.apply(
        fixture("feed", "1", "Leeds", "Fulham", competition="England 1"),
        fixture("exchange", "1", "Leeds", "Fulham"),
        fixture("feed", "2", "Smith", "Jones", sport="tennis", competition="Open"),
    )
    await block.apply(decision(1, "same", ("exchange", "1"), ("feed", "1")))
    assert len(await names(block)) == 2
    for number, name in enumerate(("England 1", "Premier League"), 1):
        hidden = competition_id("football", normal(name))
        await block.apply(board(number, "northbet", entry("competition", hidden, {"hidden": True})))
        assert await names(block) == ["Smith v Jones"]
    first, second = (competition_id("football", normal(name)) for name in ("England 1", "Premier League"))
    shown_under_one = (entry("competition", first, {}), entry("competition", second, {"hidden": True}))
    await block.apply(board(3, "northbet", *shown_under_one))
    assert await names(block) == ["Smith v Jones"]
    await block.apply(board(4, "northbet", entry("sport", "tennis", {"hidden": True})))
    shown = await block.ask(SHOWN)
    assert [sport["name"] for sport in shown["sports"]] == ["Football"]
    assert len(shown["events"]["nodes"]) == 1
    await block.apply(board(5, "northbet"))
    assert len(await names(block)) == 2


async def test_a_placement_begins_and_ends_at_its_instants(block: EventsBlock) -> None:
    """Without any message; before it begins and once it has ended, the next one is in force."""
    since, until = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    while_hidden = {"hidden": True, "since": instant(since), "until": instant(until)}
    otherwise = {"names": {"en": "Otherwise"}}
    await block.apply(
        fixture("feed", "1"),
        board(1, "northbet", entry("event", offer_id("feed", "1"), while_hidden, otherwise)),
    )
    moment = timedelta(milliseconds=1)
    block.clock.advance(since - moment - block.clock.now())
    await block.answer(NAMED)
    for at, is_shown in ((since - moment, True), (since, False), (until - moment, False), (until, True)):
        block.clock.advance(at - block.clock.now())
        assert (await names_now(block) != []) is is_shown, at


async def test_a_territory_has_its_own_placements(block: EventsBlock) -> None:
    """That of the session wins over what the edge says; an unknown one has those of no territory."""
    placements = ({"hidden": True, "territories": ["DE", "AT"]}, {"names": {"en": "Elsewhere"}})
    await block.apply(
        fixture("feed", "1"), board(1, "northbet", entry("event", offer_id("feed", "1"), *placements))
    )
    assert await names(block, "DE") == []
    for elsewhere in (None, "GB", "de", "DEU", "", "DE, GB"):
        assert await names(block, elsewhere) == ["Arsenal v Chelsea"], elsewhere
    for claim, edge, shown in (("DE", "GB", 0), ("GB", "DE", 1), (None, "DE", 0), ("nowhere", "DE", 0)):
        token = make_token("c-1", territory=... if claim is None else claim)
        headers = {"authorization": f"Bearer {token}", TERRITORY_HEADER: edge}
        answer = await block.answer_now(NAMED, headers)
        assert len(answer["data"]["events"]["nodes"]) == shown, (claim, edge)


async def test_a_large_board_of_things_that_are_not_there_changes_nothing(block: EventsBlock) -> None:
    """And a later one replaces all of it; one that is older than that does not come back."""
    nobody = [
        entry("event", f"nobody-{number}", {"position": 0, "names": {"en": "\u200b\u202eNobody"}})
        for number in range(499)
    ]
    hiding = board(2, "northbet", *nobody, entry("event", offer_id("feed", "1"), {"hidden": True}))
    await block.apply(fixture("feed", "1"), fixture("feed", "2", "Leeds", "Fulham"), hiding)
    assert await names(block) == ["Leeds v Fulham"]
    await block.apply(board(3, "northbet", *nobody), hiding)
    assert len(await names(block)) == 2


@given(catalogues(), HOURS)
def test_views_follow_what_providers_say_and_keep_no_former_events(
    catalogue: Catalogue, now: datetime
) -> None:
    """Reports make no view anew; other events leave none of the former ones in memory."""
    views = BrandViews()
    first = views.of(catalogue, BRAND, None, now)
    reported = catalogue.with_reports({})
    second = views.of(reported, BRAND, None, now)
    assert second.catalogue is reported
    assert second.page(WHOLE, 100, None) == first.page(WHOLE, 100, None)
    other = Catalogue(2, {}, catalogue.providers, {}, catalogue.boards)
    assert views.of(other, BRAND, None, now).page(WHOLE, 100, None).events == []
    assert all(kept.view.catalogue is other for kept in views._kept.values())


async def test_a_board_that_cannot_be_read_stops_nobody(block: EventsBlock) -> None:
    """A newer version has stored it: its brand keeps the board before, and others show their events."""
    hidden = entry("event", offer_id("feed", "1"), {"hidden": True})
    await block.apply(fixture("feed", "1"), board(1, "northbet", hidden))
    assert await names(block) == []
    async with block.subgraph.database.write() as connection:
        state = {"revision": 2, "entries": [{"scope": "galaxy", "id": "1", "placements": []}]}
        newer = update(GLOBAL_STATE).where(GLOBAL_STATE.c.kind == "board")
        await connection.execute(newer.values(state=state, number=2))
        await raise_version(connection)
    assert await names(block) == []
    southbet = await block.ask(NAMED.replace("northbet", "southbet"))
    assert southbet["events"]["nodes"] == [{"name": "Arsenal v Chelsea"}]


async def test_a_restored_database_is_read_as_a_whole(block: EventsBlock) -> None:
    """Its versions begin anew; nothing of what was in memory stays."""
    await block.apply(
        *(fixture("feed", "1", "Arsenal", f"Chelsea {number}", revision=number) for number in (1, 2, 3))
    )
    assert await names(block) == ["Arsenal v Chelsea 3"]
    async with block.subgraph.database.write() as connection:
        await connection.execute(delete(OFFER))
        await connection.execute(delete(CATALOGUE))
    await block.apply(fixture("feed", "2", "Leeds", "Fulham"))
    assert await names(block) == ["Leeds v Fulham"]


def test_a_view_is_made_once_and_brands_that_are_none_do_not_pile_up() -> None:
    """Each reference to an event asks for the view of its brand, which also has no board."""
    views, catalogue = BrandViews(), Catalogue(1, {}, Providers({}, frozenset(), ()), {})
    assert views.of(catalogue, "northbet", "DE", NOON) is views.of(catalogue, "northbet", None, NOON)
    for number in range(2 * MAX_VIEWS):
        views.of(catalogue, f"nobody-{number}", None, NOON)
    assert len(views._kept) <= MAX_VIEWS
