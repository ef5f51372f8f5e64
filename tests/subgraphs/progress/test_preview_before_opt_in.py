"""If only bets placed after the first opt-in count, the preview of a slip says so before it is placed."""

from datetime import timedelta
from typing import Any

import pytest

from subgraphs.progress.models import MEMBERSHIP
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, statements
from tests.support.subgraphs.club_samples import NOW, OWNER, good_account, make_brand, make_scheme

PREVIEW = "query ($i: BetslipInput!) { betslipPreview(input: $i) { counts reason } }"
SLIP = {
    "brand": "northbet",
    "stakeMinor": 500,
    "currency": "GBP",
    "oddsMilli": 2500,
    "betType": "SINGLE",
    "product": "BETTING",
}


async def preview(club_fixture: ClubFixture) -> Any:
    """Whether a good slip of the customer counts now, and why."""
    return (await data_of(club_fixture.progress, PREVIEW, {"i": SLIP}))["betslipPreview"]


@pytest.fixture
async def asking(each_club: ClubFixture) -> ClubFixture:
    """A brand whose scheme counts no bets before opt-in."""
    await each_club.add_brand(make_brand(), make_scheme(count_before_opt_in=False))
    await each_club.add_accounts({OWNER: good_account()})
    return each_club


async def test_a_slip_of_somebody_who_never_joined_would_not_count(asking: ClubFixture) -> None:
    """There is no opt-in to count from."""
    assert await preview(asking) == {"counts": False, "reason": "BEFORE_OPT_IN"}


async def test_a_slip_of_a_member_would_count(asking: ClubFixture) -> None:
    """The first opt-in lies before it."""
    joined = NOW - timedelta(hours=1)
    row = {
        "brand_id": OWNER.brand,
        "customer_id": OWNER.customer,
        "version": 1,
        "opted_in": True,
        "since": joined,
        "left_at": None,
        "first_opted_in_at": joined,
        "occurred_at": joined,
    }
    await asking.insert(asking.progress, MEMBERSHIP, [row])
    assert await preview(asking) == {"counts": True, "reason": "COUNTED"}


async def test_memberships_are_read_only_where_the_scheme_asks_for_them(each_club: ClubFixture) -> None:
    """With the usual scheme there is no SELECT for them."""
    await each_club.add_northbet()
    with statements(each_club.progress) as sent:
        assert (await preview(each_club))["counts"] is True
    assert not [statement for statement in sent if "membership" in statement]
