"""Progress, state, recent bets and the slip's preview, as the graph shows them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from subgraphs.club_kit.domain.club_key import ClubKey
from tests.support.subgraphs.club_fixture import ClubFixture, ask, codes, data_of, session
from tests.support.subgraphs.club_samples import (
    CUSTOMER,
    LONG_AGO,
    NOW,
    OWNER,
    WEEK,
    good_account,
    make_brand,
    make_scheme,
)

KEY = ClubKey("northbet", WEEK, CUSTOMER)
MONEY = "{ minor currency display }"
PROGRESS = f"""query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Club {{ progress {{
  staked {MONEY} target {MONEY} remaining {MONEY} percent qualified countedBets asOf
}} }} }} }}"""
STATE = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club { state } } }"
RECENT = """query ($r: [_Any!]!, $first: Int! = 5) { _entities(representations: $r) { ... on Club {
  progress { recentBets(first: $first) { betId placedAt stake { minor } counted { minor } reason } }
} } }"""
PREVIEW = """query ($i: BetslipInput!) { betslipPreview(input: $i) {
  counts counted { minor display } reason progressAfter { staked { minor } percent qualified countedBets }
} }"""
SLIP = {
    "brand": "northbet",
    "stakeMinor": 500,
    "currency": "GBP",
    "oddsMilli": 2500,
    "betType": "SINGLE",
    "product": "BETTING",
}


def club(**changes: Any) -> dict[str, Any]:
    """A reference to the customer's club, as the club subgraph fills it; `...` leaves a field out."""
    fields = {
        "__typename": "Club",
        "id": KEY.encode(),
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
        "membership": {"optedIn": True, "leftAt": None},
        "week": {"state": "OPEN"},
    } | changes
    return {name: value for name, value in fields.items() if value is not ...}


def left(at: datetime) -> dict[str, Any]:
    """The membership of a customer who left."""
    return {"optedIn": False, "leftAt": at.isoformat()}


def bet(bet_id: str, counted: int, placed_at: datetime = NOW, **changes: Any) -> dict[str, Any]:
    """A row of the ledger."""
    return {
        "brand_id": "northbet",
        "bet_id": bet_id,
        "customer_id": CUSTOMER,
        "iso_week": WEEK,
        "revision": 1,
        "status": "placed",
        "bet_type": "single",
        "product": "betting",
        "channel": "sports",
        "stake_minor": 500,
        "counting_stake_minor": 500,
        "currency": "GBP",
        "stake_source": "cash",
        "odds_milli": 2500,
        "placed_at": placed_at,
        "occurred_at": placed_at,
        "counted_minor": counted,
        "reason": "COUNTED" if counted else "BELOW_MIN_ODDS",
    } | changes


def total(minor: int, bets: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of the totals."""
    key = {"brand_id": "northbet", "customer_id": CUSTOMER, "iso_week": WEEK}
    return key | {"total_minor": minor, "counted_bets": bets, "as_of": NOW} | changes


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Northbet with one customer."""
    await club_fixture.add_northbet()
    return club_fixture


async def entity(club_fixture: ClubFixture, query: str, reference: dict[str, Any], **variables: Any) -> Any:
    """Return what a reference resolves to."""
    return (await data_of(club_fixture.progress, query, {"r": [reference]} | variables))["_entities"][0]


async def state(club_fixture: ClubFixture, **changes: Any) -> str:
    """The state of a reference."""
    return str((await entity(club_fixture, STATE, club(**changes)))["state"])


async def preview(club_fixture: ClubFixture, **changes: Any) -> Any:
    """The preview of a slip."""
    return (await data_of(club_fixture.progress, PREVIEW, {"i": SLIP | changes}))["betslipPreview"]


async def test_progress_before_the_first_bet_is_zero(northbet: ClubFixture) -> None:
    """Zeros against the scheme's target, written for the customer."""
    assert (await entity(northbet, PROGRESS, club()))["progress"] == {
        "staked": {"minor": 0, "currency": "GBP", "display": "£0.00"},
        "target": {"minor": 2500, "currency": "GBP", "display": "£25.00"},
        "remaining": {"minor": 2500, "currency": "GBP", "display": "£25.00"},
        "percent": 0,
        "qualified": False,
        "countedBets": 0,
        "asOf": None,
    }


async def test_progress_shows_the_total(northbet: ClubFixture) -> None:
    """What the ledger says is shown, with the time of its newest message; not capped at the target."""
    await northbet.add_bets([], [total(3000, 4)])
    shown = (await entity(northbet, PROGRESS, club()))["progress"]
    assert (shown["staked"]["display"], shown["remaining"]["minor"]) == ("£30.00", 0)
    assert (shown["percent"], shown["qualified"], shown["countedBets"]) == (100, True, 4)
    assert shown["asOf"] == "2026-03-25T12:00:00+00:00"


async def test_a_total_beyond_32_bits_is_shown_as_it_is(northbet: ClubFixture) -> None:
    """In currencies of small units a week's bets outgrow GraphQL's Int, which would make the tracker null."""
    await northbet.add_bets([], [total(5_000_000_000, 4)])
    shown = (await entity(northbet, PROGRESS, club()))["progress"]
    assert shown["staked"] == {"minor": 5_000_000_000, "currency": "GBP", "display": "£50,000,000.00"}


async def test_another_weeks_total_is_not_this_weeks(northbet: ClubFixture) -> None:
    """Totals belong to their week and their customer."""
    await northbet.add_bets([], [total(900, iso_week="2026-W12"), total(800, customer_id="C-1")])
    assert (await entity(northbet, PROGRESS, club()))["progress"]["staked"]["minor"] == 0


@pytest.mark.parametrize(
    "changes",
    [{"ineligibleReason": "SELF_EXCLUDED"}, {"jurisdiction": "MT"}, {"currency": "EUR"}],
    ids=str,
)
async def test_who_cannot_take_part_has_no_progress(northbet: ClubFixture, changes: dict[str, Any]) -> None:
    """Progress is null and the state INELIGIBLE, though bets are on record."""
    await northbet.add_bets([], [total(3000)])
    assert (await entity(northbet, PROGRESS, club(**changes)))["progress"] is None
    assert await state(northbet, **changes) == "INELIGIBLE"


@pytest.mark.parametrize("missing", ["jurisdiction", "currency", "ineligibleReason", "membership", "week"])
async def test_a_reference_that_lacks_what_is_required_is_an_error(
    northbet: ClubFixture, missing: str
) -> None:
    """No field is derived from half of the facts, least of all eligibility."""
    answer = await ask(northbet.progress, STATE, {"r": [club(**{missing: ...})]})
    assert answer["data"]["_entities"][0]["state"] is None
    assert codes(answer) == ["BAD_USER_INPUT"]
    assert missing in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("minor", "week", "shown"),
    [
        (2499, "OPEN", "TRACKING"),
        (2500, "OPEN", "QUALIFIED"),
        (2499, "PROVISIONAL", "TRACKING"),
        (2500, "PROVISIONAL", "QUALIFIED"),
        (2499, "CLOSED", "MISSED"),
        (2500, "CLOSED", "CONFIRMED"),
    ],
)
async def test_a_members_state_follows_from_total_and_week(
    northbet: ClubFixture, minor: int, week: str, shown: str
) -> None:
    """The target decides between tracking and qualified, and the close makes it final."""
    await northbet.add_bets([], [total(minor)])
    assert await state(northbet, week={"state": week}) == shown


async def test_who_never_joined_has_not_opted_in(northbet: ClubFixture) -> None:
    """A target reached without a membership does not count."""
    await northbet.add_bets([bet("b-1", 2500)], [total(2500)])
    assert await state(northbet, membership={"optedIn": False, "leftAt": None}) == "NOT_OPTED_IN"


@pytest.mark.parametrize(("week", "shown"), [("OPEN", "QUALIFIED"), ("CLOSED", "CONFIRMED")])
async def test_leaving_after_qualifying_keeps_the_weeks_reward(
    northbet: ClubFixture, week: str, shown: str
) -> None:
    """Who leaves with the target reached stays qualified, to the close and beyond."""
    await northbet.add_bets([bet("b-1", 1500), bet("b-2", 1000)], [total(2500, 2)])
    assert await state(northbet, membership=left(NOW), week={"state": week}) == shown


async def test_leaving_before_qualifying_gives_the_week_up(northbet: ClubFixture) -> None:
    """Bets placed after leaving do not make up for what was missing."""
    later = NOW + timedelta(hours=2)
    await northbet.add_bets([bet("b-1", 1500), bet("b-2", 1000, later)], [total(2500, 2)])
    assert await state(northbet, membership=left(NOW + timedelta(hours=1))) == "NOT_OPTED_IN"


async def test_a_void_after_leaving_takes_the_reward_back(northbet: ClubFixture) -> None:
    """A customer who left qualified, and falls below the target by a void, has not opted in."""
    await northbet.add_bets([bet("b-1", 1500), bet("b-2", 0, reason="VOID", status="void")], [total(1500, 1)])
    assert await state(northbet, membership=left(NOW)) == "NOT_OPTED_IN"


async def test_leaving_before_the_week_began_is_no_membership_in_it(northbet: ClubFixture) -> None:
    """Bets of this week count for nothing when the customer left last week."""
    await northbet.add_bets([bet("b-1", 2500, LONG_AGO)], [total(2500)])
    last_week = NOW - timedelta(days=7)
    assert await state(northbet, membership=left(last_week)) == "NOT_OPTED_IN"


async def test_recent_bets_are_the_newest_first(northbet: ClubFixture) -> None:
    """The newest placed come first, with stake, what counts, and why not."""
    rows = [bet(f"b-{n}", 500 if n % 2 else 0, NOW - timedelta(minutes=n)) for n in range(8)]
    await northbet.add_bets([*rows, bet("other", 500, customer_id="c-2")], [total(2000, 4)])
    shown = (await entity(northbet, RECENT, club(), first=3))["progress"]["recentBets"]
    assert [recent_bet["betId"] for recent_bet in shown] == ["b-0", "b-1", "b-2"]
    assert shown[0] | {"placedAt": ...} == {
        "betId": "b-0",
        "placedAt": ...,
        "stake": {"minor": 500},
        "counted": {"minor": 0},
        "reason": "BELOW_MIN_ODDS",
    }


async def test_bets_and_previews_have_the_numbers_that_decide(northbet: ClubFixture) -> None:
    """The odds of a bet, and the least odds and stake that count: with them anybody can see why."""
    least = "minOddsMilli minStake { minor currency }"
    await northbet.add_bets([bet("b-1", 0, odds_milli=1200), bet("b-2", 0, odds_milli=None)], [total(0)])
    recent = RECENT.replace("reason", f"oddsMilli {least}").replace(
        "placedAt stake { minor } counted { minor }", ""
    )
    shown = (await entity(northbet, recent, club(), first=2))["progress"]["recentBets"]
    numbers = {"minOddsMilli": 1500, "minStake": {"minor": 100, "currency": "GBP"}}
    assert sorted(shown, key=lambda recent_bet: str(recent_bet["betId"])) == [
        {"betId": "b-1", "oddsMilli": 1200, **numbers},
        {"betId": "b-2", "oddsMilli": None, **numbers},
    ]
    asked = f"query ($i: BetslipInput!) {{ betslipPreview(input: $i) {{ {least} }} }}"
    slip = SLIP | {"oddsMilli": 1200}
    assert (await data_of(northbet.progress, asked, {"i": slip}))["betslipPreview"] == numbers


@pytest.mark.parametrize(("first", "found"), [(0, 0), (1, 1), (50, 8)])
async def test_recent_bets_are_as_many_as_asked_for(northbet: ClubFixture, first: int, found: int) -> None:
    """From none to fifty may be asked for."""
    await northbet.add_bets([bet(f"b-{n}", 500) for n in range(8)], [total(4000, 8)])
    shown = (await entity(northbet, RECENT, club(), first=first))["progress"]["recentBets"]
    assert len(shown) == found


@pytest.mark.parametrize("first", [-1, 51, 2**31 - 1])
async def test_too_many_recent_bets_are_refused(northbet: ClubFixture, first: int) -> None:
    """Outside of 0 to 50 the field is an error that says so."""
    answer = await ask(northbet.progress, RECENT, {"r": [club()], "first": first})
    assert codes(answer) == ["BAD_USER_INPUT"]
    assert "0 to 50" in answer["errors"][0]["message"]


async def test_different_lengths_of_recent_bets_in_one_query(northbet: ClubFixture) -> None:
    """Two aliases that ask for different lengths each get their own."""
    await northbet.add_bets([bet(f"b-{n}", 500, NOW - timedelta(minutes=n)) for n in range(5)], [total(2500)])
    query = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club { progress {
      short: recentBets(first: 1) { betId } long: recentBets(first: 3) { betId } } } } }"""
    shown = (await entity(northbet, query, club()))["progress"]
    assert [len(shown["short"]), len(shown["long"])] == [1, 3]
    assert shown["short"][0] == shown["long"][0] == {"betId": "b-0"}


async def test_clubs_left_at_different_moments_are_judged_by_their_own(northbet: ClubFixture) -> None:
    """Two references to one club with different opt-outs each get their own total."""
    later = NOW + timedelta(hours=2)
    await northbet.add_bets([bet("b-1", 1500), bet("b-2", 1000, later)], [total(2500, 2)])
    references = [club(membership=left(NOW)), club(membership=left(later)), club(membership=left(NOW))]
    data = await data_of(northbet.progress, STATE, {"r": references})
    states = [each["state"] for each in data["_entities"]]
    assert states == ["NOT_OPTED_IN", "QUALIFIED", "NOT_OPTED_IN"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "COUNTED"),
        ({"betType": "MULTIPLE"}, "COUNTED"),
        ({"oddsMilli": 1500, "stakeMinor": 100}, "COUNTED"),
        ({"stakeMinor": 99}, "BELOW_MIN_STAKE"),
        ({"stakeMinor": 0}, "BELOW_MIN_STAKE"),
        ({"oddsMilli": 1499}, "BELOW_MIN_ODDS"),
        ({"oddsMilli": None}, "PRICE_PENDING"),
        ({"betType": "SYSTEM"}, "EXCLUDED_BET_TYPE"),
        ({"product": "CASINO"}, "EXCLUDED_PRODUCT"),
        ({"freeBet": True}, "FREE_BET_STAKE"),
        ({"currency": "EUR"}, "WRONG_CURRENCY"),
    ],
    ids=str,
)
async def test_a_preview_says_whether_a_slip_counts_and_why_not(
    northbet: ClubFixture, changes: dict[str, Any], reason: str
) -> None:
    """Each rule of the scheme is checked before the bet is placed."""
    found = await preview(northbet, **changes)
    stake = changes.get("stakeMinor", 500)
    assert found["reason"] == reason
    assert found["counts"] is (reason == "COUNTED")
    assert found["counted"]["minor"] == (stake if reason == "COUNTED" else 0)


async def test_a_preview_shows_the_progress_after_the_bet(northbet: ClubFixture) -> None:
    """The bet is added to what is there, and nothing is stored."""
    await northbet.add_bets([], [total(2000, 4)])
    found = await preview(northbet)
    assert found["progressAfter"] == {
        "staked": {"minor": 2500},
        "percent": 100,
        "qualified": True,
        "countedBets": 5,
    }
    assert (await entity(northbet, PROGRESS, club()))["progress"]["staked"]["minor"] == 2000


async def test_a_bet_that_does_not_count_leaves_the_progress(northbet: ClubFixture) -> None:
    """What is excluded adds nothing, not even to the number of bets."""
    await northbet.add_bets([], [total(2000, 4)])
    after = (await preview(northbet, freeBet=True))["progressAfter"]
    assert (after["staked"]["minor"], after["countedBets"]) == (2000, 4)


@pytest.mark.parametrize("changes", [{"stakeMinor": -1}, {"oddsMilli": -1}], ids=str)
async def test_a_slip_that_cannot_be_is_refused(northbet: ClubFixture, changes: dict[str, Any]) -> None:
    """Negative amounts are bad input."""
    answer = await ask(northbet.progress, PREVIEW, {"i": SLIP | changes})
    assert (answer["data"], codes(answer)) == ({"betslipPreview": None}, ["BAD_USER_INPUT"])


@pytest.mark.parametrize("changes", [{"rg_state": "self_excluded"}, {"verified": False}], ids=str)
async def test_who_cannot_take_part_gets_no_preview(
    club_fixture: ClubFixture, changes: dict[str, Any]
) -> None:
    """An ineligible customer is not tempted by what a bet would add."""
    await club_fixture.add_brand()
    await club_fixture.add_accounts({OWNER: good_account(**changes)})
    assert await preview(club_fixture) is None


async def test_amounts_are_written_in_the_visitors_language(club_fixture: ClubFixture) -> None:
    """The language of the request shows in the amounts."""
    await club_fixture.add_brand(
        make_brand(locales=("en-GB", "it-IT"), currencies=("GBP", "EUR")), make_scheme()
    )
    await club_fixture.add_accounts({OWNER: good_account()})
    headers = session() | {"accept-language": "it-IT,it;q=0.9"}
    data = await data_of(club_fixture.progress, PREVIEW, {"i": SLIP}, headers)
    assert data["betslipPreview"]["counted"]["display"] == "5,00\xa0£"
