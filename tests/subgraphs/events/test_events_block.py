"""The block of events: what providers tell is matched, led and shown, in whatever order it comes."""

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consumers.stream.records import Record
from subgraphs.events.models import LEADER_CHANGE, MATCH_WAITING, STREAM
from subgraphs.events.own_ids import competition_id
from tests.support.events.block import EventsBlock, events_block
from tests.support.events.told import KICK_OFF, NOW, board, decision, fixture, gone, instant, market, status

LATER = KICK_OFF + timedelta(hours=1)
LISTED = '{ events(brand: "northbet") { nodes { id name status } pageInfo { hasNextPage endCursor } } }'
PRICED = """
{ events(brand: "northbet") { nodes { name markets {
    name status selections { name status odds { milli display changedAt } } } } } }
"""


@pytest.fixture
async def block(database_url: str) -> AsyncIterator[EventsBlock]:
    """Provide the block over a new database, once on each engine."""
    async with events_block(database_url) as opened:
        yield opened


async def names(block: EventsBlock) -> list[str]:
    """Return the names of the events that are listed."""
    return [node["name"] for node in (await block.ask(LISTED))["events"]["nodes"]]


async def markets(block: EventsBlock) -> Any:
    """Return the markets of the first event that is listed."""
    return (await block.ask(PRICED))["events"]["nodes"][0]["markets"]


async def waiting(block: EventsBlock) -> int:
    """Return how many groups of offers wait for a person."""
    async with block.subgraph.database.read() as connection:
        return len((await connection.execute(select(MATCH_WAITING))).all())


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
async def test_the_highest_revision_stays_in_any_order(block: EventsBlock, order: tuple[int, ...]) -> None:
    """Repeated or late, a message changes nothing."""
    told = [fixture("feed", "1", "Arsenal", f"Chelsea {number}", revision=number) for number in order]
    await block.apply(*told, *told)
    assert await names(block) == ["Arsenal v Chelsea 3"]
    await block.apply_together(*told)
    assert await names(block) == ["Arsenal v Chelsea 3"]


async def test_offers_of_two_providers_are_one_event(block: EventsBlock) -> None:
    """Its id is the one that the first of them had; the id of the other still finds it."""
    later = instant(NOW - timedelta(days=1))
    await block.apply(fixture("exchange", "33", "Arsenal FC", "Chelsea", known_since=later))
    (alone,) = (await block.ask(LISTED))["events"]["nodes"]
    await block.apply(fixture("feed", "1"))
    (joined,) = (await block.ask(LISTED))["events"]["nodes"]
    assert joined["id"] != alone["id"]
    query = 'query ($id: ID!) { event(brand: "northbet", id: $id) { id } }'
    for known in (alone, joined):
        assert (await block.ask(query, id=known["id"]))["event"]["id"] == joined["id"]


async def test_what_is_only_similar_waits_for_a_person(block: EventsBlock) -> None:
    """The event that was known first is shown meanwhile, once."""
    await block.apply(fixture("feed", "1", "Manchester United", "Chelsea"))
    later = instant(NOW - timedelta(days=1))
    await block.apply(fixture("exchange", "33", "Man Utd", "Chelsea", known_since=later))
    assert (await names(block), await waiting(block)) == (["Manchester United v Chelsea"], 1)
    await block.apply(gone("fixture", "feed", "1"))
    assert (await names(block), await waiting(block)) == (["Man Utd v Chelsea"], 0)


async def test_a_person_joins_and_separates_offers_and_takes_it_back(block: EventsBlock) -> None:
    """All is then as if nothing had been decided; a message that comes late changes nothing."""
    ours, theirs = ("exchange", "33"), ("feed", "1")
    await block.apply(fixture(*ours, "Man Utd", "Chelsea"), fixture(*theirs, "Manchester United", "Chelsea"))
    assert (len(await names(block)), await waiting(block)) == (1, 1)
    await block.apply(decision(1, "same", ours, theirs))
    assert (len(await names(block)), await waiting(block)) == (1, 0)
    await block.apply(decision(2, "different", ours, theirs))
    assert (len(await names(block)), await waiting(block)) == (2, 0)
    await block.apply(decision(1, "same", ours, theirs))
    assert len(await names(block)) == 2
    await block.apply(decision(3, "open", ours, theirs))
    assert (len(await names(block)), await waiting(block)) == (1, 1)


async def test_the_highest_revision_of_a_batch_counts(block: EventsBlock) -> None:
    """Two processes of an adapter may write at the same time."""
    await block.apply_together(
        fixture("feed", "1", "Leeds", "Fulham", revision=10), fixture("feed", "1", revision=5)
    )
    assert await names(block) == ["Leeds v Fulham"]


async def test_what_was_gone_is_there_again_at_its_revision(block: EventsBlock) -> None:
    """A null value has none: one that is read again must not hide what was told after it."""
    await block.apply(fixture("feed", "1"), market("feed", "m", "1", 2000))
    await block.apply(gone("fixture", "feed", "1"), gone("market", "feed", "m"))
    await block.apply(fixture("feed", "1"), market("feed", "m", "1", 2000))
    assert len(await markets(block)) == 1


async def test_an_offer_that_waits_may_get_another_sport(block: EventsBlock) -> None:
    """Its provider had it wrong; it waits there as well."""
    later = instant(NOW - timedelta(days=1))
    for sport in ("tennis", "darts"):
        await block.apply(fixture("feed", sport, "Manchester United", "Chelsea", sport=sport))
    for revision, sport in enumerate(("tennis", "darts"), 1):
        names_of = ("Man Utd", "Chelsea")
        facts: dict[str, Any] = {"sport": sport, "known_since": later, "revision": revision}
        await block.apply(fixture("exchange", "33", *names_of, **facts))
        async with block.subgraph.database.read() as connection:
            rows = [row.sport for row in await connection.execute(select(MATCH_WAITING))]
        assert rows == [sport]


async def test_a_market_that_is_found_by_its_id_obeys_its_event(block: EventsBlock) -> None:
    """It is suspended while another provider leads, and once its event is over."""
    await block.apply(
        fixture("exchange", "33"), market("exchange", "1.1", "33", 2000), status("exchange"), status("feed")
    )
    await block.judge()
    query = '{ events(brand: "northbet") { nodes { markets { id status } } } }'
    ((found,),) = [node["markets"] for node in (await block.ask(query))["events"]["nodes"]]
    assert found["status"] == "OPEN"

    async def present() -> str:
        asked = "query ($w: [_Any!]!) { _entities(representations: $w) { ... on Market { status } } }"
        wanted = [{"__typename": "Market", "id": found["id"]}]
        status_now: str = (await block.ask(asked, w=wanted))["_entities"][0]["status"]
        return status_now

    assert await present() == "OPEN"
    await block.apply(fixture("exchange", "33", revision=2, status="finished"))
    assert await present() == "SUSPENDED"


async def test_an_event_that_lasts_long_is_shown_until_it_is_over(block: EventsBlock) -> None:
    """Such as a test match, or a season."""
    long_ago = instant(NOW - timedelta(days=10))
    await block.apply(fixture("feed", "1", status="live", starts_at=long_ago))
    assert await names(block) == ["Arsenal v Chelsea"]
    await block.apply(fixture("feed", "1", status="finished", starts_at=long_ago, revision=2))
    assert (await block.ask('{ events(brand: "northbet", status: FINISHED) { nodes { id } } }')) == {
        "events": {"nodes": []}
    }


async def test_an_event_that_no_provider_has_is_gone(block: EventsBlock) -> None:
    """And comes back if one has it again."""
    await block.apply(fixture("feed", "1"), gone("fixture", "feed", "1"), gone("fixture", "feed", "2"))
    assert await names(block) == []
    await block.apply(fixture("feed", "1", revision=2))
    assert await names(block) == ["Arsenal v Chelsea"]


async def test_prices_are_those_of_the_leader_and_keep_the_instant_of_their_change(
    block: EventsBlock,
) -> None:
    """A price that stays was not changed by the message that repeats it."""
    later = NOW + timedelta(seconds=5)
    await block.apply(
        fixture("exchange", "33"),
        market("exchange", "1.1", "33", 2100, 3300, None),
        market("exchange", "1.1", "33", 2100, 3350, None, revision=2, occurred_at=instant(later)),
        status("exchange"),
    )
    await block.judge()
    (shown,) = await markets(block)
    assert (shown["name"], shown["status"]) == ("Match Result", "OPEN")
    assert [selection["odds"] for selection in shown["selections"]] == [
        {"milli": 2100, "display": "11/10", "changedAt": NOW.isoformat()},
        {"milli": 3350, "display": "47/20", "changedAt": later.isoformat()},
        None,
    ]


async def test_markets_are_suspended_while_nobody_can_be_believed(block: EventsBlock) -> None:
    """When the provider fails, when it is silent, and until it has been well for a while."""
    await block.apply(fixture("exchange", "33"), market("exchange", "1.1", "33", 2000, 3300, 3900))
    assert await states(block) == {"SUSPENDED"}  # nothing is known of the provider
    await block.apply(status("exchange", at=block.clock.now()))
    await block.judge()
    assert await states(block) == {"OPEN"}
    block.later(seconds=20)
    assert await states(block) == {"SUSPENDED"}  # at once, before it is judged
    await block.apply(status("exchange", at=block.clock.now(), complete=False))
    await block.judge()
    await block.apply(status("exchange", at=block.clock.now()))
    await block.judge()
    assert await states(block) == {"SUSPENDED"}
    block.later(seconds=60)
    await block.apply(status("exchange", at=block.clock.now()))
    await block.judge()
    assert await states(block) == {"OPEN"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": NOW + timedelta(days=1)},  # its silence would not be noticed for a day
        {"delay_ms": 60_000},
        {"first_revision": 2**53 - 1},  # of a time that is not there: all that is told before is void
    ],
)
async def test_a_provider_whose_figures_cannot_be_is_not_believed(
    block: EventsBlock, wrong: dict[str, Any]
) -> None:
    """And is no obstacle for judging the others."""
    await block.apply(
        fixture("exchange", "33"),
        market("exchange", "1.1", "33", 2000, 3300, 3900),
        status("exchange", **wrong),
        status("feed"),
    )
    await block.judge()
    assert await states(block) == {"SUSPENDED"}
    await block.apply(fixture("feed", "1"), market("feed", "m", "1", 2000, 3300, 3900))
    assert await states(block) == {"OPEN"}


async def states(block: EventsBlock) -> set[str]:
    """Return the statuses of the first event's markets and selections."""
    return {state["status"] for one in await markets(block) for state in (one, *one["selections"])}


async def test_a_market_of_an_earlier_process_of_its_adapter_is_suspended(block: EventsBlock) -> None:
    """Until it is told again; after a while, what was not told is gone."""
    since = int(block.clock.now().timestamp() * 1000)
    await block.apply(
        fixture("exchange", "33"),
        fixture("exchange", "34", "Leeds", "Fulham", revision=since, starts_at=instant(LATER)),
        market("exchange", "1.1", "33", 2000, 3300, 3900),
        status("exchange", first_revision=since),
    )
    await block.judge()
    assert await states(block) == {"SUSPENDED"}
    block.later(minutes=3)
    await block.apply(status("exchange", at=block.clock.now(), first_revision=since))
    await block.judge()
    assert await names(block) == ["Leeds v Fulham"]


async def test_another_provider_takes_over_and_each_change_has_its_reason(block: EventsBlock) -> None:
    """The one that failed leads again once it has been well for a while, and not at once."""
    await block.apply(
        fixture("exchange", "33"),
        fixture("feed", "1"),
        market("exchange", "1.1", "33", 2000, 3300, 3900),
        market("feed", "m-1", "1", 2040, 3400, 4000),
        status("exchange"),
        status("feed"),
    )
    await block.judge()
    assert await first_odds(block) == 2000
    await block.apply(
        status("exchange", at=block.clock.now(), complete=False), status("feed", at=block.clock.now())
    )
    await block.judge()
    assert await first_odds(block) == 2040
    for _ in range(5):
        await block.apply(status("exchange", at=block.clock.now()), status("feed", at=block.clock.now()))
        await block.judge()
    assert await first_odds(block) == 2040
    for _ in range(10):
        await block.apply(status("exchange", at=block.clock.now()), status("feed", at=block.clock.now()))
        await block.judge()
    assert await first_odds(block) == 2000
    async with block.subgraph.database.read() as connection:
        query = (
            select(LEADER_CHANGE).where(LEADER_CHANGE.c.data == "pre-match odds").order_by(LEADER_CHANGE.c.id)
        )
        changes = [(row.before, row.after, row.reason) for row in await connection.execute(query)]
    assert changes == [
        (None, "exchange", "exchange is trusted"),
        ("exchange", "feed", "exchange: the exchange was silent"),
        ("feed", "exchange", "exchange is preferred to feed"),
    ]


async def first_odds(block: EventsBlock) -> int:
    """Return the odds of the first selection."""
    (shown,) = await markets(block)
    odds: int = shown["selections"][0]["odds"]["milli"]
    return odds


async def test_events_are_listed_in_order_found_and_paged(block: EventsBlock) -> None:
    """Live ones first, then by start; a search looks at all names, whatever their accents."""
    await block.apply(
        *(
            fixture(
                "feed", str(hour), f"Home {hour}", "Away", starts_at=instant(KICK_OFF + timedelta(hours=hour))
            )
            for hour in range(5)
        ),
        fixture(
            "feed", "live", "São Paulo", "Santos", status="live", starts_at=instant(NOW + timedelta(days=2))
        ),
        fixture("feed", "over", "Leeds", "Fulham", status="finished"),
    )
    assert await names(block) == ["São Paulo v Santos", *(f"Home {hour} v Away" for hour in range(5))]
    query = """
    query ($first: Int!, $after: String, $search: String, $from: DateTime, $status: EventStatus) {
      events(brand: "northbet", first: $first, after: $after, search: $search, from: $from, status: $status) {
        nodes { name } pageInfo { hasNextPage endCursor } } }
    """
    seen, after = [], None
    for _ in range(3):
        page = (await block.ask(query, first=2, after=after))["events"]
        seen += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert (seen, page["pageInfo"]["hasNextPage"]) == (await names(block), False)
    for found, wanted in (
        ("São Paulo v Santos", {"search": "sao santos"}),
        ("Home 4 v Away", {"from": instant(KICK_OFF + timedelta(hours=4)), "search": "home"}),
        ("Leeds v Fulham", {"status": "FINISHED"}),
    ):
        nodes = (await block.ask(query, first=10, **wanted))["events"]["nodes"]
        assert nodes == [{"name": found}]


async def test_a_page_goes_on_where_the_one_before_ended_when_its_last_event_goes_live(
    block: EventsBlock,
) -> None:
    """What was seen does not come again, and an event that is no longer there ends nothing."""
    starts = [instant(KICK_OFF + timedelta(hours=hour)) for hour in range(4)]
    await block.apply(
        *(fixture("feed", str(hour), f"Home {hour}", "Away", starts_at=starts[hour]) for hour in range(4))
    )
    query = """query ($after: String) { events(brand: "northbet", first: 2, after: $after) {
      nodes { name } pageInfo { endCursor } } }"""
    after = (await block.ask(query))["events"]["pageInfo"]["endCursor"]
    rest = [{"name": "Home 2 v Away"}, {"name": "Home 3 v Away"}]
    await block.apply(fixture("feed", "1", "Home 1", "Away", starts_at=starts[1], status="live", revision=2))
    assert (await block.ask(query, after=after))["events"]["nodes"] == rest
    await block.apply(gone("fixture", "feed", "1"))
    assert (await block.ask(query, after=after))["events"]["nodes"] == rest


async def test_sports_lead_to_competitions_and_these_to_events(block: EventsBlock) -> None:
    """Only those with an event that is not over."""
    await block.apply(
        fixture("feed", "1"),
        fixture("feed", "2", competition="Serie A"),
        fixture("feed", "3", sport="darts", status="cancelled"),
    )
    sports = (await block.ask('{ sports(brand: "northbet") { id name competitions { id name } } }'))["sports"]
    assert [(sport["id"], sport["name"]) for sport in sports] == [("northbet:football", "Football")]
    league, series = sports[0]["competitions"]
    assert (league["name"], series["name"]) == ("Premier League", "Serie A")
    query = """query ($sport: ID, $competition: ID) {
      events(brand: "northbet", sport: $sport, competition: $competition) {
        nodes { competition { id } } } }"""
    found = await block.ask(query, sport=sports[0]["id"], competition=series["id"])
    assert found["events"]["nodes"] == [{"competition": {"id": series["id"]}}]


async def test_entities_are_found_by_their_ids(block: EventsBlock) -> None:
    """Events, markets and selections; one that is not kept is null."""
    await block.apply(fixture("exchange", "33"), market("exchange", "1.1", "33", 2000, 3300, 3900))
    query = '{ events(brand: "northbet") { nodes { id markets { id selections { id } } } } }'
    (event,) = (await block.ask(query))["events"]["nodes"]
    (one,) = event["markets"]
    wanted = [
        {"__typename": "Event", "id": event["id"]},
        {"__typename": "Market", "id": one["id"]},
        {"__typename": "Selection", "id": one["selections"][1]["id"]},
        {"__typename": "Selection", "id": one["id"] + "-nothere"},
    ]
    found = await block.ask(
        """query ($wanted: [_Any!]!) { _entities(representations: $wanted) {
          ... on Event { name } ... on Market { event { name } }
          ... on Selection { name market { id event { id } } } } }""",
        wanted=wanted,
    )
    assert found["_entities"] == [
        {"name": "Arsenal v Chelsea"},
        {"event": {"name": "Arsenal v Chelsea"}},
        {"name": "Draw", "market": {"id": one["id"], "event": {"id": event["id"]}}},
        None,
    ]


async def test_sports_and_competitions_are_found_by_their_ids(block: EventsBlock) -> None:
    """A competition by the id of any of its providers; one without an event is null, and a hidden sport."""
    await block.apply(fixture("exchange", "33"), fixture("feed", "1"), fixture("feed", "2", sport="darts"))
    league = f"northbet:{competition_id('football', 'premier league')}"
    entities = [
        {"__typename": kind, "id": own}
        for kind, own in (
            ("Sport", "northbet:football"),
            ("Sport", "northbet:darts"),
            ("Competition", league),
            ("Competition", "northbet:none"),
        )
    ]
    query = """query ($entities: [_Any!]!) { _entities(representations: $entities) {
      ... on Sport { id name } ... on Competition { id name sport { name } } } }"""
    football = {"id": "northbet:football", "name": "Football"}
    found = {"id": league, "name": "Premier League", "sport": {"name": "Football"}}
    darts = {"id": "northbet:darts", "name": "Darts"}
    assert (await block.ask(query, entities=entities))["_entities"] == [football, darts, found, None]
    hidden = {"scope": "sport", "id": "darts", "placements": [{"hidden": True}]}
    await block.apply(board(1, "northbet", hidden))
    block.later(seconds=3)
    assert (await block.ask(query, entities=entities))["_entities"] == [football, None, found, None]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("first: 0", "must be 1 to 100"),
        ("first: 101", "must be 1 to 100"),
        ('sport: "clubbet:football"', "another brand's"),
        ('competition: "x"', "not made here"),
        ('after: "northbet"', "no end of a page"),
        ('after: "northbet:aaaaaaaaaaaaaaaa"', "no end of a page"),
        ('after: "northbet:1-999999999999999999-a"', "no end of a page"),
        ('after: "clubbet:1-0-a"', "no end of a page"),
        ('from: "2026-03-25T14:00:00"', "`from` needs a time zone"),
        ('to: "2026-03-25"', "`to` needs a time zone"),
        (f'search: "{"a" * 101}"', "at most 100 characters"),
    ],
)
async def test_bad_input_says_what_to_do(block: EventsBlock, arguments: str, says: str) -> None:
    """In one sentence, with a null that leaves the rest of the page."""
    answer = await block.answer(f'{{ events(brand: "northbet", {arguments}) {{ nodes {{ id }} }} }}')
    assert answer["data"] == {"events": None}
    assert says in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("language", "shown"), [(None, "11/10"), ("en-GB,en;q=0.8", "11/10"), ("de", "2.10"), ("en-US", "+110")]
)
async def test_odds_are_written_as_the_visitor_is_used_to(
    block: EventsBlock, language: str | None, shown: str
) -> None:
    """And as one asks for, whatever the language."""
    await block.apply(fixture("exchange", "33"), market("exchange", "1.1", "33", 2100))
    query = """{ events(brand: "northbet") { nodes { markets { selections {
      odds { display usual: display(style: DECIMAL) } } } } } }"""
    found = (await block.ask(query, language))["events"]["nodes"][0]["markets"][0]["selections"][0]["odds"]
    assert found == {"display": shown, "usual": "2.10"}


@pytest.mark.parametrize(
    "record",
    [
        fixture("feed", "1", revision=0),
        fixture("feed", "1", sport="Foot ball"),
        market("feed", "m", "1", 999),
        status("feed", first_revision=0),
        gone("fixture", "feed", ""),
        Record("provider.status.v1", 0, 0, b"feed", None, ()),
    ],
)
async def test_what_breaks_the_contract_becomes_a_dead_letter(block: EventsBlock, record: Record) -> None:
    """It stops nothing else."""
    await block.apply(record, fixture("feed", "2"))
    assert await names(block) == ["Arsenal v Chelsea"]
    async with block.subgraph.database.read() as connection:
        assert len((await connection.execute(select(STREAM.dead_letter))).all()) == 1
