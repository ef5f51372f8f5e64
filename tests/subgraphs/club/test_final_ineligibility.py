"""Ineligibility lifts while a week is open, and is final once it is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from consumers.club.reducers import ClubReducer
from consumers.messages.accounts import decode_account
from consumers.stream.topics import Message
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.models import REFERENCE
from subgraphs.club_kit.domain.weeks import week_named
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from tests.support.consumers.sample_messages import account
from tests.support.subgraphs.club_fixture import ClubFixture, data_of
from tests.support.subgraphs.club_samples import OWNER

WEEK, HOUR = week_named("2026-W13", "Europe/London"), timedelta(hours=1)
ENDS, GRACE = WEEK.ends_at, 12 * HOUR
BARS: dict[str, dict[str, Any]] = {
    "SELF_EXCLUDED": {"rg_state": "self_excluded"},
    "RG_RESTRICTED": {"rg_state": "restricted"},
    "PROMO_RESTRICTED": {"promo_restricted": True},
    "SUSPENDED": {"status": "suspended"},
    "ACCOUNT_CLOSED": {"status": "closed"},
    "UNVERIFIED": {"verified": False},
    "JURISDICTION": {"jurisdiction": "MT"},
    "CURRENCY": {"currency": "EUR"},
}
CLUB = """query ($week: ID) { club(brand: "northbet", week: $week) {
  ineligibleReason membership { blockedReason } week { state } } }"""
Told = tuple[int, datetime, dict[str, Any]]


@pytest.fixture
async def northbet(each_club: ClubFixture) -> ClubFixture:
    """Northbet with one customer, long before the end of the week, on each engine."""
    await each_club.add_northbet()
    return each_club


async def hear(club_fixture: ClubFixture, told: Sequence[Told]) -> None:
    """Let the club's consumer apply revisions of the customer's account, one at a time."""
    writer = ReferenceWriter(REFERENCE, club_fixture.club.database.dialect)
    for revision, at, facts in told:
        occurred_at = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        record = account(revision=revision, occurred_at=occurred_at, **facts)
        async with club_fixture.club.database.write() as connection:
            message = Message(record, decode_account(record))
            await ClubReducer(writer, club_fixture.clock).accounts(connection, [message])


async def reason(club_fixture: ClubFixture, week: str | None = "2026-W13") -> str | None:
    """Return why the customer cannot take part in a week."""
    club = (await data_of(club_fixture.club, CLUB, {"week": week}))["club"]
    assert club["membership"]["blockedReason"] == club["ineligibleReason"]
    return str(club["ineligibleReason"]) if club["ineligibleReason"] else None


@pytest.mark.parametrize(("name", "facts"), BARS.items())
async def test_what_lifts_between_end_and_close_leaves_the_week_ineligible(
    northbet: ClubFixture, name: str, facts: dict[str, Any]
) -> None:
    """This holds for any reason, and for non-members; the next week is not affected."""
    northbet.clock.instant = ENDS + 3 * HOUR
    await hear(northbet, [(2, ENDS + HOUR, facts), (3, ENDS + 2 * HOUR, {})])
    assert await reason(northbet) == name
    assert await reason(northbet, None) is None
    northbet.clock.instant = ENDS + GRACE + HOUR
    assert await reason(northbet) == name


async def test_what_lifts_in_the_week_is_forgotten(northbet: ClubFixture) -> None:
    """An exclusion that is over by the end of the week leaves no trace in it."""
    await hear(northbet, [(2, ENDS - 2 * HOUR, BARS["SUSPENDED"])])
    assert await reason(northbet, None) == "SUSPENDED"
    await hear(northbet, [(3, ENDS - HOUR, {})])
    assert await reason(northbet, None) is None
    northbet.clock.instant = ENDS + HOUR
    assert await reason(northbet) is None


async def test_who_was_excluded_when_the_week_ended_stays_out(northbet: ClubFixture) -> None:
    """This holds even if the exclusion began in the week, and lifts after the close."""
    await hear(northbet, [(2, ENDS - 2 * HOUR, BARS["SELF_EXCLUDED"])])
    northbet.clock.instant = ENDS + 2 * GRACE
    assert await reason(northbet) == "SELF_EXCLUDED"
    await hear(northbet, [(3, ENDS + GRACE + HOUR, {})])
    assert await reason(northbet) == "SELF_EXCLUDED"


async def test_an_old_revision_that_is_late_counts_for_its_time(northbet: ClubFixture) -> None:
    """It changes no account and ends no membership, but it decides about the week that was over then."""
    await northbet.add_membership(OWNER, (MembershipKind.OPTED_IN, ENDS - 9 * HOUR))
    northbet.clock.instant = ENDS + 3 * HOUR
    await hear(northbet, [(3, ENDS + 2 * HOUR, {})])
    assert await reason(northbet) is None
    await hear(northbet, [(2, ENDS + HOUR, BARS["SELF_EXCLUDED"])])
    assert await reason(northbet) == "SELF_EXCLUDED"
    assert await reason(northbet, None) is None


async def test_what_is_excluded_after_the_close_changes_no_week_that_is_decided(
    northbet: ClubFixture,
) -> None:
    """While it lasts nothing is shown; afterwards the old weeks are as before."""
    northbet.clock.instant = ENDS + GRACE + 3 * HOUR
    await hear(northbet, [(2, ENDS + GRACE + HOUR, BARS["SUSPENDED"])])
    assert await reason(northbet) == "SUSPENDED"
    await hear(northbet, [(3, ENDS + GRACE + 2 * HOUR, {})])
    assert await reason(northbet) is None
