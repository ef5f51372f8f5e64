"""Support finds customers and their history; each access is recorded, and nobody looks at a foreign brand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from backoffice.errors import Forbidden, Invalid, NotFound
from backoffice.graph.pages import cursor
from backoffice.support.bet_types import entry_to_graphql
from backoffice.support.lookup.brand_words import BrandWords
from backoffice.support.lookup.explanations import sentence_of
from backoffice.support.lookup.timeline import (
    HISTORIES,
    PART_OF,
    TITLES,
    WHY_NOT,
    TimelinePart,
    position_key,
    position_of,
    title_of,
)
from backoffice.support.types import customer_to_graphql
from foundation.storage.cells.cell import Cell
from subgraphs.events.models import OFFER
from subgraphs.events.own_ids import competition_id
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.customer_history import HistoryEntry
from subgraphs.progress.counting.rules import ContributionReason
from subgraphs.progress.qualification.qualification import QualificationStatus
from subgraphs.rewards.models import REWARD_CHOICE
from tests.backoffice.board_fixture import offer, tell
from tests.backoffice.support_fixture import CUSTOMER, FOREIGN, SAM, SupportFixture, support_fixture
from tests.support.consumers.sample_messages import account, event_market, event_offer, scheme
from tests.support.examples import examples
from tests.support.subgraphs.club_samples import make_brand, make_content

MONDAY = datetime(2026, 3, 23, tzinfo=UTC)
NAMELESS = BrandWords()


async def whole(support_area: SupportFixture, size: int) -> list[HistoryEntry]:
    """Read a timeline page by page, through the cursors of the graph."""
    found: list[HistoryEntry] = []
    after = None
    while page := await support_area.parts.timeline.page(SAM, CUSTOMER, size, after):
        found += page
        after = page[-1].position
    return found


async def test_a_customer_is_found_by_id_and_by_its_beginning(support_area: SupportFixture) -> None:
    """Accounts and customers who have only placed bets are found, by id, in pages."""
    await support_area.add_bets(
        {"customer_id": "c-17", "bet_id": "b-2"},
        {"customer_id": "c-2", "bet_id": "b-3"},
        {"customer_id": "x", "bet_id": "b-4"},
    )
    customers = support_area.parts.customers
    assert await customers.search(SAM, "northbet", "c-1", 10, None) == ["c-1", "c-17"]
    assert await customers.search(SAM, "northbet", "c-", 2, None) == ["c-1", "c-17"]
    assert await customers.search(SAM, "northbet", "c-", 2, "c-17") == ["c-2"]
    assert await customers.search(SAM, "northbet", "C-", 2, None) == []
    with pytest.raises(Invalid):
        await customers.search(SAM, "northbet", " ", 2, None)
    assert (await support_area.audited())[0] == ("support.look_at_search", "customers:northbet:c-1")


async def test_a_customer_of_another_cell_is_said_to_be_there(support_area: SupportFixture) -> None:
    """The back office reads one cell's databases, and does not say that others' customers do not exist."""
    own = Cell("c0", 0, 1, 4)
    support_area.parts.customers.databases.club.fence.cell = own
    foreign = next(one for one in map("x-{}".format, range(99)) if not own.has("northbet", one))
    unknown = next(one for one in map("x-{}".format, range(99)) if own.has("northbet", one))
    with pytest.raises(NotFound, match=r"belongs to the cell with partition [23]: run `furlong customer`"):
        await support_area.parts.customers.view(SAM, Owner("northbet", foreign))
    with pytest.raises(NotFound, match="no such customer"):
        await support_area.parts.customers.view(SAM, Owner("northbet", unknown))


async def test_the_page_of_a_customer_says_where_they_stand(support_area: SupportFixture) -> None:
    """Account, membership, and the current week's total."""
    await support_area.add_bets({}, {"bet_id": "b-2", "stake_minor": 50, "counting_stake_minor": 50})
    await support_area.opt_in()
    view = await support_area.parts.customers.of_bet(SAM, "northbet", "b-1")
    assert view.owner == CUSTOMER
    assert view.account is not None
    assert view.membership.opted_in
    present = view.present
    assert present.week.iso == "2026-W13"
    assert present.total is not None
    assert (present.total.total_minor, present.total.counted_bets) == (500, 1)
    assert present.scheme is not None
    assert (present.reward, present.is_chosen) == (present.scheme.default_reward_id, False)
    assert [past.week.iso for past in view.past] == ["2026-W12", "2026-W11", "2026-W10", "2026-W09"]
    assert {past.total for past in view.past} == {None}
    assert ("support.look_at_bet", "bet:northbet:b-1") in await support_area.audited()
    assert ("support.look_at_customer", "customer:northbet:c-1") in await support_area.audited()


async def test_parts_of_a_timeline_are_the_whole_of_it(support_area: SupportFixture) -> None:
    """Each entry is in one part; a part has its own entries alone, and is in the same order."""
    await support_area.add_bets({}, {"bet_id": "b-2"})
    await support_area.opt_in()
    timeline = support_area.parts.timeline
    whole = await timeline.page(SAM, CUSTOMER, 100, None)
    parts = {part: await timeline.page(SAM, CUSTOMER, 100, None, part) for part in TimelinePart}
    assert parts[TimelinePart.BETS]
    assert parts[TimelinePart.CHANGES]
    for part, entries in parts.items():
        assert entries == [entry for entry in whole if PART_OF[entry.kind] is part]


async def test_another_week_of_a_customer_is_shown(support_area: SupportFixture) -> None:
    """What counts in a week and its target, before somebody adjusts it; other texts are refused."""
    await support_area.add_bets({})
    this, before = [
        customer_to_graphql(await support_area.parts.customers.view(SAM, CUSTOMER, week)).week
        for week in ("2026-W13", "2026-W12")
    ]
    assert (this.iso_week, this.total_minor, this.currency) == ("2026-W13", 500, "GBP")
    assert (before.iso_week, before.total_minor) == ("2026-W12", 0)
    with pytest.raises(Invalid, match="week"):
        await support_area.parts.customers.view(SAM, CUSTOMER, "2026-13")


async def test_somebody_of_a_foreign_brand_finds_nothing(support_area: SupportFixture) -> None:
    """Neither by id nor by bet, and the log has no row of a look that did not happen."""
    await support_area.add_bets({})
    customers, parts = support_area.parts.customers, support_area.parts
    with pytest.raises(Forbidden):
        await customers.search(FOREIGN, "northbet", "c", 5, None)
    with pytest.raises(Forbidden):
        await customers.of_bet(FOREIGN, "northbet", "b-1")
    with pytest.raises(Forbidden):
        await parts.explanations.of_bet(FOREIGN, "northbet", "b-1")
    with pytest.raises(NotFound):
        await customers.view(FOREIGN, CUSTOMER)
    with pytest.raises(NotFound):
        await parts.timeline.page(FOREIGN, CUSTOMER, 5, None)
    with pytest.raises(NotFound):
        await customers.view(FOREIGN, Owner("southbet", "c-1"))
    assert [one for one in await support_area.audited() if "northbet" in one[1]] == []


async def test_a_bet_is_explained_with_the_rules_of_its_week(support_area: SupportFixture) -> None:
    """The reason is the ledger's own, and the limits are those of the week."""
    await support_area.add_bets({"stake_minor": 50, "counting_stake_minor": 50})
    one = await support_area.parts.explanations.of_bet(SAM, "northbet", "b-1")
    assert one.verdict.reason.value == "BELOW_MIN_STAKE"
    assert one.rules.week.iso == "2026-W13"
    with pytest.raises(NotFound):
        await support_area.parts.explanations.of_bet(SAM, "northbet", "b-9")


async def test_a_bet_on_an_event_that_does_not_count_is_explained_by_names(
    support_area: SupportFixture,
) -> None:
    """The club knows ids alone; what they are called is read where providers tell it."""
    festival, everywhere = competition_id("horse-racing", "cheltenham festival"), support_area.parts.databases
    await support_area.reducer.schemes(scheme(jurisdiction="IE", events={"competitions": [festival]}))
    await support_area.reducer.accounts(account(revision=9, jurisdiction="IE"))
    races: dict[str, Any] = {"sport": "horse-racing"}
    cup = offer("cup", "Gold Cup", competition="Cheltenham Festival", **races)
    await tell(everywhere.by_name["events"], cup, offer("ascot", "14:30 Ascot", competition="Ascot", **races))
    for number, name in enumerate(("cup", "ascot"), 1):
        await support_area.reducer.markets(event_market(market_id=f"market{number}", offer_id=name))
        competitions = [festival] if name == "cup" else ["other"]
        await support_area.reducer.offers(
            event_offer(
                offer_id=name, sports=["horse-racing"], competitions=competitions, sports_event_ids=[name]
            )
        )
    legs = [{"selection_id": f"market{number}-a", "odds_milli": 2000} for number in (1, 2, 3)]
    for number in (1, 2, 3):
        await support_area.add_bets({"bet_id": f"b-{number}", "legs": legs[number - 1 : number]})
    found = [await support_area.parts.explanations.of_bet(SAM, "northbet", f"b-{n}") for n in (1, 2, 3)]
    assert [bet.verdict.reason.value for bet in found] == ["COUNTED", "EXCLUDED_EVENT", "EVENT_PENDING"]
    only = "Only bets on Cheltenham Festival (horse racing) count."
    assert sentence_of(found[1]) == (
        f"Your bet didn't count. {only} This bet was on 14:30 Ascot (horse racing)."
    )
    assert f"we don't know what it's on. {only} It's checked again" in sentence_of(found[2])
    async with everywhere.by_name["events"].write() as connection:
        await connection.execute(OFFER.delete())
    gone = await support_area.parts.explanations.of_bet(SAM, "northbet", "b-2")
    assert sentence_of(gone) == (
        "Your bet didn't count. Only bets on a competition that isn't known any more count. "
        "This bet was on an event (horse racing)."
    )


def test_every_kind_of_entry_has_a_title() -> None:
    """A table that is added to a history without words for its rows fails here."""
    kinds = {table.kind for history in HISTORIES.values() for table in history.tables}
    assert kinds <= set(TITLES)
    assert set(TITLES) == set(PART_OF)


def test_what_a_customer_asked_for_is_told_in_words() -> None:
    """Support reads it to the customer: no name of an operation."""
    facts = {"operation": "optIn", "status": "in_doubt", "error_code": None}
    asked = HistoryEntry("intent.club", "1", datetime(2026, 11, 25, tzinfo=UTC), facts)
    assert title_of(asked, NAMELESS) == "Asked to join: in doubt"


def test_what_a_customer_asked_of_limits_is_told_in_words() -> None:
    """Money with its symbol, minutes without one, and until when a break is."""
    asked = {"subject": "DEPOSIT_DAY", "outcome": "ASKED", "amount": 5000, "currency": "GBP", "ends_at": None}
    none = {"product": None}
    assert TITLES["limit"](asked | none) == "Asked for a limit of £50.00 (deposit day): asked"
    minutes = asked | none | {"subject": "SESSION_MINUTES", "amount": 45, "outcome": "SET"}
    assert TITLES["limit"](minutes) == "Asked for a limit of 45 (session minutes): set"
    removed = asked | none | {"amount": None}
    assert TITLES["limit"](removed) == "Asked to remove the limit (deposit day): asked"
    until = {"subject": "BREAK", "product": "BETTING", "ends_at": datetime(2026, 12, 1, 9, tzinfo=UTC)}
    assert TITLES["limit"](asked | until) == "Chose a break from betting, until 1 Dec 2026, 09:00"


NEWEST = BrandWords.of(
    make_brand(time_zone="Europe/Berlin"),
    (
        make_content(title="£5 free bet", config_version=2),
        make_content(title="5 £ Gratiswette", config_version=2, locale="de-DE"),
        make_content(title="Old £5 free bet"),
    ),
)


@pytest.mark.parametrize(
    ("kind", "facts", "title"),
    [
        ("choice", {"config_version": 2}, "Chose £5 free bet (version 2) for the week of 23 Nov"),
        ("reward", {"state": "REVIEW"}, "£5 free bet for the week of 23 Nov: held until a person decides"),
        ("credit", {"provider": "wallet"}, "£5 free bet, £5.00 credited by wallet for the week of 23 Nov"),
        ("goodwill_credit", {"provider": "wallet"}, "£5 free bet, £5.00 credited by wallet as goodwill"),
        (
            "trial",
            {"draw": 1, "per_mille": 10, "jurisdiction": "GB"},
            "Drawn for £5 free bet in place of the default reward (GB, GBP)",
        ),
    ],
)
def test_a_reward_is_told_by_its_newest_title(kind: str, facts: dict[str, Any], title: str) -> None:
    """In the brand's own language; one without a text keeps its id, by which it can be looked for."""
    always = {"iso_week": "2026-W48", "value_minor": 500, "currency": "GBP", "reward_id": "fb-5"}
    entry = HistoryEntry(kind, "1", MONDAY, always | facts)
    assert title_of(entry, NEWEST) == title
    unwritten = replace(entry, facts={**entry.facts, "reward_id": "bb-25"})
    assert title_of(unwritten, NEWEST) == title.replace("£5 free bet", "bb-25")


def test_a_time_within_a_title_is_of_the_brand() -> None:
    """The page's head names the zone, and no other is used below it."""
    ends = datetime(2026, 12, 1, 9, tzinfo=UTC)
    facts = {"subject": "EXCLUSION", "product": None, "ends_at": ends}
    assert title_of(HistoryEntry("limit", "1", MONDAY, facts), NEWEST) == (
        "Chose to be excluded, until 1 Dec 2026, 10:00"
    )


def test_where_a_reward_is_can_be_told_to_the_customer() -> None:
    """A target and a reward in each of their states, without a name of a state."""
    week = {"iso_week": "2026-W48", "total_minor": 2700, "target_minor": 2500, "currency": "GBP"}
    told = [TITLES["qualification"](week | {"status": status.value}) for status in QualificationStatus]
    assert told == [
        "Target of the week of 23 Nov reached, not final yet: £27.00 of £25.00",
        "Target of the week of 23 Nov reached, and confirmed: £27.00 of £25.00",
        "Target of the week of 23 Nov no longer reached: £27.00 of £25.00",
    ]
    rewards = [
        TITLES["reward"](week | {"reward_id": None, "state": state.value}) for state in FulfilmentState
    ]
    assert rewards[0] == "Reward not chosen yet for the week of 23 Nov: waiting to be credited"
    assert len(set(rewards)) == len(FulfilmentState)


def test_goodwill_is_told_with_its_state_and_who_gave_it_why() -> None:
    """Cause and explanation stand at the end, as a person wrote them."""
    facts = {"value_minor": 200, "currency": "GBP", "reward_id": "£2 cash", "state": "CREDITED"}
    people = {"proposed_by": "Sam", "approved_by": "Rita", "cause": "SERVICE_FAULT", "explanation": "Slow"}
    assert TITLES["goodwill"](facts | people) == (
        "Goodwill of £2.00 (£2 cash), credited; decided by Sam and Rita (service fault: Slow)"
    )


async def test_a_brand_that_rewards_do_not_know_has_a_timeline(support_area: SupportFixture) -> None:
    """Its events may be there before its rewards."""
    assert await support_area.parts.timeline.words_of("nowhere") == NAMELESS


def test_support_is_told_that_the_upstream_asked_to_wait() -> None:
    """Only of a change in doubt: what is settled waits for nothing."""
    until = datetime(2026, 11, 25, 12, tzinfo=UTC)
    facts = {"operation": "optIn", "status": "pending", "error_code": None, "not_before": until}
    asked = HistoryEntry("intent.club", "1", until, facts)
    assert entry_to_graphql(asked, NAMELESS).waits_until == until
    for change in ({"status": "confirmed"}, {"not_before": None}):
        settled = replace(asked, facts=facts | change)
        assert entry_to_graphql(settled, NAMELESS).waits_until is None


BETS = st.lists(st.integers(0, 30 * 24), max_size=12)


@settings(max_examples=examples(6))
@given(bets=BETS, choices=st.lists(st.integers(0, 30 * 24), max_size=4), size=st.integers(1, 5))
async def test_pages_have_each_entry_once_in_one_order(bets: Any, choices: Any, size: int) -> None:
    """However the sources interleave, and also where their times are equal."""
    with TemporaryDirectory() as folder:
        async with support_fixture(f"sqlite+aiosqlite:///{Path(folder)}") as support_area:
            await fill(support_area, bets, choices)
            found = await whole(support_area, size)
            once = await support_area.parts.timeline.page(SAM, CUSTOMER, 100, None)
    assert found == list(once)
    assert len(found) == len(bets) + len(choices) + 1  # the account
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    assert len({(one.kind, one.id) for one in found}) == len(found)
    for one in found:
        assert entry_to_graphql(one, NAMELESS).title
        assert position_of(_cursor(one)) == one.position


def _cursor(one: HistoryEntry) -> str:
    return cursor(position_key(one.position))


async def fill(support_area: SupportFixture, bets: Sequence[int], choices: Sequence[int]) -> None:
    """Store bets and choices, by the hour of their time."""
    times = [(MONDAY + timedelta(hours=hours)).isoformat() for hours in bets]
    await support_area.add_bets(
        *({"bet_id": f"b-{n}", "placed_at": at, "occurred_at": at} for n, at in enumerate(times))
    )
    rows = [
        {
            "brand_id": "northbet",
            "customer_id": "c-1",
            "iso_week": f"2026-W{10 + number}",
            "reward_id": "fb-5",
            "config_version": 1,
            "version": 1,
            "chosen_at": MONDAY + timedelta(hours=hours),
        }
        for number, hours in enumerate(choices)
    ]
    if rows:
        async with support_area.parts.databases.rewards.write() as connection:
            await connection.execute(insert(REWARD_CHOICE), rows)


@pytest.mark.parametrize("after", ["nonsense", "W10", "WyJ4IiwieSIsInoiXQ"])
def test_a_cursor_of_another_list_is_refused(after: str) -> None:
    """Nothing but a timeline's own cursor is a position in it."""
    with pytest.raises(Invalid):
        position_of(after)


def test_the_timeline_says_of_each_bet_why_it_does_not_count() -> None:
    """In words, where the message has only the name of a reason."""
    counting = {ContributionReason.COUNTED, ContributionReason.PARTIAL_VOID}
    assert set(WHY_NOT) == set(ContributionReason) - counting
    facts = {"bet_id": "b-1", "stake_minor": 500, "currency": "GBP", "product": "betting", "odds_milli": 1200}
    line = TITLES["bet"](facts | {"status": "settled", "reason": "BELOW_MIN_ODDS", "counted_minor": 0})
    assert line == "Bet b-1 of £5.00 at 1.20, settled: didn't count, its odds were too short"


def test_the_timeline_says_what_became_of_bets_and_why() -> None:
    """Bets of the platform's own, what traders allow the customer, and what is void."""
    asked = {"bet_id": "b-1", "total_minor": 500, "currency": "GBP", "status": "OPEN", "refusal": ""}
    assert TITLES["placed_bet"](asked) == "Asked for bet b-1 of £5.00, now open"
    refused = asked | {"status": "REFUSED", "refusal": "SUSPENDED"}
    assert TITLES["placed_bet"](refused) == "Asked for bet b-1 of £5.00, now refused (suspended)"
    decided = {"decided_by": "Tess", "reason": "late prices"}
    part = TITLES["factor"](decided | {"factor_milli": 125})
    assert part == "May stake 12.5 % of what others may, by Tess: late prices"
    void = TITLES["bet_void"](decided | {"bet_id": "b-1"})
    assert void == "Bet b-1 declared void by Tess: late prices"
