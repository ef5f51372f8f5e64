"""The state of a club over HTTP: what was won follows from the subgraph's own records, whoever signs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.progress.models import MEMBERSHIP_CHANGE
from tests.subgraphs.progress.test_progress_in_the_graph import bet, total
from tests.subgraphs.test_callers_over_http import ENTITIES, asked, representation
from tests.support.subgraphs.club_fixture import ClubFixture
from tests.support.subgraphs.club_samples import NOW

BEGAN, LEFT_AT = NOW - timedelta(hours=30), NOW - timedelta(hours=5)
JOINED: Final = [{"version": 1, "opted_in": True, "at": BEGAN}]
LEFT: Final = [*JOINED, {"version": 2, "opted_in": False, "at": LEFT_AT}]
MEMBER: Final = {"optedIn": True, "leftAt": None}
LEAVER: Final = {"optedIn": False, "leftAt": LEFT_AT.isoformat()}
NOBODY: Final = {"optedIn": False, "leftAt": None}
CASES: Final[dict[str, tuple[dict[str, Any], str, list[dict[str, Any]], str]]] = {
    "a member": (MEMBER, "OPEN", JOINED, "QUALIFIED"),
    "a week that is not closed": (MEMBER, "CLOSED", JOINED, "QUALIFIED"),
    "an opt-in that we have not heard of": (MEMBER, "OPEN", [], "TRACKING"),
    "both": (MEMBER, "CLOSED", [], "TRACKING"),
    "a leaver who is said to be a member": (MEMBER, "OPEN", LEFT, "TRACKING"),
    "a leaver": (LEAVER, "OPEN", LEFT, "QUALIFIED"),
    "a leaver who never was a member": (LEAVER, "OPEN", [], "NOT_OPTED_IN"),
    "a leaver who is said to have left long ago": (NOBODY, "OPEN", LEFT, "QUALIFIED"),
}


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Northbet with one customer, who has reached the target."""
    await club_fixture.add_northbet()
    placed = BEGAN + timedelta(hours=1)
    await club_fixture.add_bets([bet("b-1", 10**6, placed)], [total(10**6)])
    return club_fixture


@pytest.mark.parametrize("case", CASES)
async def test_a_representation_makes_nobody_a_winner(northbet: ClubFixture, case: str) -> None:
    """It says who is a member and that the week has closed; our own records decide what was won."""
    claimed, week, known, state = CASES[case]
    names = {"brand_id": "northbet", "customer_id": "c-1"}
    await northbet.insert(northbet.progress, MEMBERSHIP_CHANGE, [names | each for each in known])
    sent = representation(membership=claimed, week={"state": week})
    answer = await asked(northbet.progress, ENTITIES % "state", {"r": [sent]})
    assert answer == {"data": {"_entities": [{"state": state}]}}


async def test_a_week_that_has_closed_is_decided_by_our_own_record(club_fixture: ClubFixture) -> None:
    """Also if a representation says that it is open, or that somebody else was a member."""
    await club_fixture.add_northbet()
    names = {"brand_id": "northbet", "customer_id": "c-1"}
    long_ago = NOW - timedelta(weeks=8)
    changes = [names | {"version": 1, "opted_in": True, "at": long_ago}]
    await club_fixture.insert(club_fixture.progress, MEMBERSHIP_CHANGE, changes)
    await club_fixture.add_bets([], [total(10**6, iso_week="2026-W06")])
    club = ClubKey("northbet", "2026-W06", "c-1").encode()
    sent = representation(id=club, membership=NOBODY, week={"state": "OPEN"})
    answer = await asked(club_fixture.progress, ENTITIES % "state", {"r": [sent]})
    assert answer == {"data": {"_entities": [{"state": "CONFIRMED"}]}}
