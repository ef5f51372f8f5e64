"""The club of the current week, of past weeks, and the weeks taken part in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from subgraphs.club.membership.membership import MembershipEvent, MembershipKind, fold
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.club_kit.domain.schemes import Terms
from tests.support.subgraphs.club_fixture import ClubFixture, ask, codes, data_of
from tests.support.subgraphs.club_samples import NOW, OWNER, TERMS, good_account, make_brand, make_scheme

IN, OUT, FORCED = MembershipKind.OPTED_IN, MembershipKind.OPTED_OUT, MembershipKind.FORCED_OUT
DAY = timedelta(days=1)
CLUB = """query ($week: ID) { club(brand: "northbet", week: $week) {
  id brand { id name timeZone } week { id isoWeek startsAt endsAt hours state provisionalUntil }
  terms { version summary url } ineligibleReason jurisdiction currency
  membership { optedIn since pending version canOptIn blockedReason leftAt }
} }"""
COUNTED = """{ club(brand: "northbet") { countedEvents {
  sports { __typename id } competitions { id } events { __typename id }
} } }"""
RECENT = 'query ($first: Int! = 4) { recentClubs(brand: "northbet", first: $first) { week { isoWeek } } }'


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Northbet with one customer."""
    await club_fixture.add_northbet()
    return club_fixture


async def club(club_fixture: ClubFixture, week: str | None = None) -> dict[str, Any]:
    """The customer's club of a week."""
    return dict((await data_of(club_fixture.club, CLUB, {"week": week}))["club"])


async def weeks(club_fixture: ClubFixture, first: int = 4) -> list[str]:
    """The weeks taken part in."""
    data = await data_of(club_fixture.club, RECENT, {"first": first})
    return [recent_club["week"]["isoWeek"] for recent_club in data["recentClubs"]]


async def test_the_club_of_the_present_week(northbet: ClubFixture) -> None:
    """All that the club subgraph knows of a week in which the clocks change."""
    assert await club(northbet) == {
        "id": ClubKey("northbet", "2026-W13", "c-1").encode(),
        "brand": {"id": "northbet", "name": "Northbet", "timeZone": "Europe/London"},
        "week": {
            "id": "northbet:2026-W13",
            "isoWeek": "2026-W13",
            "startsAt": "2026-03-23T00:00:00+00:00",
            "endsAt": "2026-03-29T23:00:00+00:00",
            "hours": 167,
            "state": "OPEN",
            "provisionalUntil": "2026-03-30T11:00:00+00:00",
        },
        "terms": {"version": TERMS.version, "summary": TERMS.summary, "url": TERMS.url},
        "ineligibleReason": None,
        "jurisdiction": "GB",
        "currency": "GBP",
        "membership": {
            "optedIn": False,
            "since": None,
            "pending": False,
            "version": 0,
            "canOptIn": True,
            "blockedReason": None,
            "leftAt": None,
        },
    }


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2026, 3, 29, 23, tzinfo=UTC), "PROVISIONAL"),
        (datetime(2026, 3, 30, 10, 59, tzinfo=UTC), "PROVISIONAL"),
        (datetime(2026, 3, 30, 11, tzinfo=UTC), "CLOSED"),
    ],
)
async def test_a_week_that_has_ended_is_provisional_and_then_closed(
    northbet: ClubFixture, now: datetime, state: str
) -> None:
    """After its end a week is asked for by name, and tells where it stands."""
    northbet.clock.instant = now
    assert (await club(northbet, "2026-W13"))["week"]["state"] == state


async def test_a_past_week_shows_the_membership_as_of_its_end(northbet: ClubFixture) -> None:
    """Leaving later does not change what a past week says."""
    last_week = NOW - 7 * DAY
    await northbet.add_membership(OWNER, (IN, last_week), (OUT, NOW - DAY))
    then, now = await club(northbet, "2026-W12"), await club(northbet)
    assert (then["membership"]["optedIn"], then["membership"]["version"]) == (True, 1)
    assert (then["membership"]["leftAt"], then["membership"]["canOptIn"]) == (None, False)
    assert (now["membership"]["optedIn"], now["membership"]["version"]) == (False, 2)
    assert now["membership"]["leftAt"] == "2026-03-24T12:00:00+00:00"


async def test_before_joining_a_past_week_shows_no_member(northbet: ClubFixture) -> None:
    """A week before the first opt-in is one without membership, and nobody can opt in to it any more."""
    await northbet.add_membership(OWNER, (IN, NOW - DAY))
    membership = (await club(northbet, "2026-W11"))["membership"]
    assert (membership["optedIn"], membership["canOptIn"], membership["version"]) == (False, False, 0)


@pytest.mark.parametrize("week", ["2026-W14", "2027-W01"])
async def test_a_week_that_has_not_begun_is_refused(northbet: ClubFixture, week: str) -> None:
    """The future is not asked for."""
    answer = await ask(northbet.club, CLUB, {"week": week})
    assert (answer["data"], codes(answer)) == ({"club": None}, ["BAD_USER_INPUT"])
    assert "has not begun" in answer["errors"][0]["message"]


@pytest.mark.parametrize("week", ["", "2026-W54", "W13", "last", "2026-03-25"])
async def test_what_is_no_week_is_refused(northbet: ClubFixture, week: str) -> None:
    """A name that no week has is bad input, and not the current week."""
    answer = await ask(northbet.club, CLUB, {"week": week})
    assert (answer["data"], codes(answer)) == ({"club": None}, ["BAD_USER_INPUT"])


async def test_the_terms_of_a_week_are_those_of_its_own_version(club_fixture: ClubFixture) -> None:
    """Terms issued for next week do not show in this one, and this one's stay with it."""
    new = make_scheme(version=2, terms=Terms("2026-2", "New.", "/new"), issued_at=NOW, effective_from=NOW)
    await club_fixture.add_brand(None, make_scheme(), new)
    await club_fixture.add_accounts({OWNER: good_account()})
    assert (await club(club_fixture))["terms"]["version"] == "2026-1"
    club_fixture.clock.advance(7 * DAY)
    assert (await club(club_fixture))["terms"]["version"] == "2026-2"
    assert (await club(club_fixture, "2026-W13"))["terms"]["version"] == "2026-1"


async def test_a_week_names_the_events_of_its_own_version(club_fixture: ClubFixture) -> None:
    """By references that the block of events resolves; without a choice, all events count."""
    scope = EventScope.of(sports=["tennis"], competitions=["c-2", "c-1"], events=["e-1"])
    chosen = make_scheme(version=2, events=scope, issued_at=NOW, effective_from=NOW)
    await club_fixture.add_brand(None, make_scheme(), chosen)
    await club_fixture.add_accounts({OWNER: good_account()})

    async def counted() -> Any:
        return (await data_of(club_fixture.club, COUNTED))["club"]["countedEvents"]

    assert await counted() is None
    club_fixture.clock.advance(7 * DAY)
    assert await counted() == {
        "sports": [{"__typename": "Sport", "id": "northbet:tennis"}],
        "competitions": [{"id": "northbet:c-1"}, {"id": "northbet:c-2"}],
        "events": [{"__typename": "Event", "id": "northbet:e-1"}],
    }


async def test_an_unknown_customer_sees_the_default_club(club_fixture: ClubFixture) -> None:
    """Until the account arrives the club is that of the default jurisdiction, and closed to the customer."""
    await club_fixture.add_brand()
    found = await club(club_fixture)
    assert (found["jurisdiction"], found["currency"]) == ("GB", "GBP")
    assert found["ineligibleReason"] == found["membership"]["blockedReason"] == "UNVERIFIED"
    assert found["membership"]["canOptIn"] is False


async def test_a_customer_without_a_scheme_sees_the_default_terms(club_fixture: ClubFixture) -> None:
    """Where no scheme serves the customer's currency the club says so, and shows the brand's default one."""
    await club_fixture.add_brand(make_brand(currencies=("GBP", "EUR")), make_scheme())
    await club_fixture.add_accounts({OWNER: good_account(currency="EUR")})
    found = await club(club_fixture)
    assert (found["ineligibleReason"], found["terms"]["version"]) == ("CURRENCY", "2026-1")


async def test_recent_clubs_are_the_weeks_of_membership_newest_first(northbet: ClubFixture) -> None:
    """Weeks with any moment of membership are there, others and the present one are not."""
    await northbet.add_membership(
        OWNER,
        (IN, datetime(2026, 1, 28, tzinfo=UTC)),  # W05
        (OUT, datetime(2026, 2, 4, tzinfo=UTC)),  # W06
        (IN, datetime(2026, 3, 3, tzinfo=UTC)),  # W10
        (OUT, datetime(2026, 3, 4, tzinfo=UTC)),  # W10
        (IN, datetime(2026, 3, 17, tzinfo=UTC)),  # W12
    )
    assert await weeks(northbet, 10) == ["2026-W12", "2026-W10", "2026-W06", "2026-W05"]


@pytest.mark.parametrize(("first", "count"), [(0, 0), (1, 1), (3, 3), (52, 9)])
async def test_recent_clubs_are_as_many_as_asked_for(northbet: ClubFixture, first: int, count: int) -> None:
    """From none to a year's weeks may be asked for."""
    await northbet.add_membership(OWNER, (IN, datetime(2026, 1, 20, tzinfo=UTC)))
    assert len(await weeks(northbet, first)) == count


@pytest.mark.parametrize("first", [-1, 53])
async def test_too_many_recent_clubs_are_refused(northbet: ClubFixture, first: int) -> None:
    """Outside of 0 to 52 the query is an error that says so."""
    answer = await ask(northbet.club, RECENT, {"first": first})
    assert (answer["data"], codes(answer)) == (None, ["BAD_USER_INPUT"])


async def test_who_never_joined_has_no_recent_clubs(northbet: ClubFixture) -> None:
    """Without membership there are no weeks."""
    assert await weeks(northbet) == []


async def test_leaving_at_the_stroke_of_the_week_is_not_taking_part_in_the_next(
    northbet: ClubFixture,
) -> None:
    """A membership that ends when a week begins has no moment in it."""
    monday = datetime(2026, 3, 16, tzinfo=UTC)
    await northbet.add_membership(OWNER, (IN, monday - 3 * DAY), (OUT, monday))
    assert await weeks(northbet) == ["2026-W11"]


@pytest.mark.parametrize(
    ("kinds", "opted_in", "since", "left"),
    [
        ((), False, None, None),
        ((IN,), True, 0, None),
        ((IN, IN), True, 0, None),
        ((IN, OUT), False, None, 1),
        ((IN, OUT, OUT), False, None, 1),
        ((IN, OUT, IN), True, 2, None),
        ((OUT,), False, None, None),
        ((IN, FORCED), False, None, 1),
    ],
    ids=str,
)
def test_membership_is_the_fold_of_its_events(
    kinds: tuple[MembershipKind, ...], *, opted_in: bool, since: int | None, left: int | None
) -> None:
    """The order of events decides whether, since when, and until when somebody is a member."""
    events = [MembershipEvent(n + 1, kind, NOW + n * DAY) for n, kind in enumerate(kinds)]
    state = fold(events[::-1])
    assert (state.opted_in, state.version) == (opted_in, len(kinds))
    assert state.since == (None if since is None else NOW + since * DAY)
    assert state.left_at == (None if left is None else NOW + left * DAY)
