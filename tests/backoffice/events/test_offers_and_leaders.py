"""What providers offer, and who leads: as the block has stored it, filtered and in pages."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.backoffice.events.office import EDITH, OLGA, EventsOffice, events_office
from tests.support.events.told import KICK_OFF, NOW, fixture, gone, instant, status

OFFERS = """query O($sport: String!, $provider: String!, $day: Date, $text: String!, $state: OfferState,
    $first: Int!, $after: String) {
  eventOffers(sport: $sport, provider: $provider, day: $day, text: $text, state: $state, first: $first,
    after: $after) {
    endCursor hasNextPage
    nodes { state event { id name offers } offer { provider sportsEventId status } } } }"""
LEADING = """{ eventLeaders { data provider since reason }
  eventProviders { id trusted complete problem reason failures delayMs wellSince } }"""
CHANGES = """query C($after: String) { leaderChanges(first: 3, after: $after) {
  endCursor hasNextPage nodes { data before after reason } } }"""


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[EventsOffice]:
    """Provide the back office and the block over new databases, once on each engine."""
    async with events_office(database_url) as opened:
        yield opened


async def offers(office: EventsOffice, first: int = 25, after: str | None = None, **filters: Any) -> Any:
    """Return a page of offers."""
    wanted = {"sport": "", "provider": "", "day": None, "text": "", "state": None, **filters}
    return (await office.ask(EDITH, OFFERS, **wanted, first=first, after=after))["eventOffers"]


async def named(office: EventsOffice, **filters: Any) -> list[str]:
    """Return the offers that filters leave."""
    nodes = (await offers(office, **filters))["nodes"]
    return [f"{node['offer']['provider']}:{node['offer']['sportsEventId']}" for node in nodes]


async def tell(office: EventsOffice) -> None:
    """Tell six offers: two of one event, one that waits, one that is gone, one of another day and sport."""
    tomorrow, soon = instant(KICK_OFF + timedelta(days=1)), instant(KICK_OFF + timedelta(minutes=5))
    await office.block.apply(
        fixture("feed", "1"),
        fixture("exchange", "1", starts_at=soon),
        fixture("feed", "2", "Manchester United", "Leeds", starts_at=instant(KICK_OFF + timedelta(hours=1))),
        fixture(
            "exchange",
            "2",
            "Man Utd",
            "Leeds",
            starts_at=instant(KICK_OFF + timedelta(hours=2)),
            known_since=instant(NOW),
        ),
        fixture("feed", "3", "Ada Lund", "Ines Rocha", sport="tennis", starts_at=tomorrow),
        fixture("feed", "4", "100%", "Fun_day", starts_at=instant(KICK_OFF + timedelta(hours=3))),
        gone("fixture", "feed", "4"),
    )


async def test_offers_are_listed_with_their_events(office: EventsOffice) -> None:
    """By start; what waits or is gone has none."""
    await tell(office)
    nodes = (await offers(office))["nodes"]
    assert [node["state"] for node in nodes] == [
        "MATCHED",
        "MATCHED",
        "MATCHED",
        "WAITING",
        "GONE",
        "MATCHED",
    ]
    first, other = nodes[0]["event"], nodes[1]["event"]
    assert first == other
    assert (first["name"], first["offers"]) == ("Arsenal v Chelsea", 2)
    assert [node["event"] for node in nodes[3:5]] == [None, None]


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"sport": "tennis"}, ["feed:3"]),
        ({"provider": "exchange"}, ["exchange:1", "exchange:2"]),
        ({"day": "2026-03-26"}, ["feed:3"]),
        ({"day": "2026-03-24"}, []),
        ({"text": "ARSENAL"}, ["feed:1", "exchange:1"]),
        ({"text": " premier"}, ["feed:1", "exchange:1", "feed:2", "exchange:2", "feed:4", "feed:3"]),
        ({"text": "%"}, ["feed:4"]),
        ({"text": "n_d"}, ["feed:4"]),
        ({"state": "WAITING"}, ["exchange:2"]),
        ({"state": "GONE"}, ["feed:4"]),
        ({"state": "MATCHED", "provider": "feed"}, ["feed:1", "feed:2", "feed:3"]),
        ({"provider": "\u0000", "text": "'"}, []),
    ],
)
async def test_filters_leave_what_they_say(
    office: EventsOffice, filters: dict[str, Any], left: list[str]
) -> None:
    """Each alone, and together."""
    await tell(office)
    assert await named(office, **filters) == left


async def test_old_offers_are_found_by_their_day_alone(office: EventsOffice) -> None:
    """What is over, or began more than a day ago, is not listed with the rest."""
    await tell(office)
    await office.block.apply(fixture("feed", "1", status="finished", revision=2))
    assert (await named(office))[0] == "exchange:1"
    assert (await named(office, day="2026-03-25"))[0] == "feed:1"
    office.block.later(days=3)
    assert await named(office) == []
    assert await named(office, day="2026-03-26") == ["feed:3"]


async def test_pages_follow_one_another(office: EventsOffice) -> None:
    """Nothing is skipped or shown twice."""
    await tell(office)
    whole = (await offers(office))["nodes"]
    found, after = [], None
    for _ in range(3):
        page = await offers(office, 2, after)
        found += page["nodes"]
        after = page["endCursor"]
    assert (found, page["hasNextPage"]) == (whole, False)


@pytest.mark.parametrize(
    "wrong", [{"text": "a" * 101}, {"day": "0001-01-01"}, {"day": "9999-12-31"}, {"first": 0}]
)
async def test_bad_filters_are_refused(office: EventsOffice, wrong: dict[str, Any]) -> None:
    """With what is wrong about them."""
    wanted = {"sport": "", "provider": "", "day": None, "text": "", "state": None, "first": 25} | wrong
    (error,) = (await office.answer(EDITH, OFFERS, **wanted))["errors"]
    assert error["extensions"]["code"] == "INVALID"


async def test_leaders_are_shown_with_why_they_lead(office: EventsOffice) -> None:
    """What a provider says of itself, whether it is trusted, and each change, the newest first."""
    none = await office.ask(OLGA, LEADING)
    assert [one["reason"] for one in none["eventLeaders"]] == ["no provider brings it"] * 4
    await office.block.apply(status("exchange"), status("feed"))
    await office.block.judge()
    await office.block.apply(status("exchange", at=office.block.clock.now(), complete=False))
    await office.block.judge()
    found = await office.ask(OLGA, LEADING)
    assert {one["provider"] for one in found["eventLeaders"]} == {"feed"}
    exchange, feed = found["eventProviders"]
    assert (exchange["id"], exchange["trusted"], exchange["failures"]) == ("exchange", False, 1)
    assert exchange["problem"] == exchange["reason"] == "the exchange was silent"
    assert (exchange["wellSince"], feed["trusted"], feed["problem"]) == (None, True, "")
    first = (await office.ask(OLGA, CHANGES))["leaderChanges"]
    assert {(one["before"], one["after"]) for one in first["nodes"]} == {("exchange", "feed")}
    changes, page = list(first["nodes"]), first
    while page["hasNextPage"]:
        page = (await office.ask(OLGA, CHANGES, after=page["endCursor"]))["leaderChanges"]
        changes += page["nodes"]
    assert [change["before"] for change in changes] == ["exchange"] * 4 + [None] * 4
