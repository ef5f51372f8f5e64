"""Customers who qualified in the old, manual way are shown so in weeks that the ledger does not cover."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.progress.models import CRM_QUALIFIER
from tests.support.subgraphs.club_fixture import ClubFixture, data_of
from tests.support.subgraphs.club_samples import NOW, OWNER

QUERY = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club { state } } }"""


def club(week: str, state: str) -> dict[str, object]:
    """A representation of a member's club, as the club subgraph would give it."""
    return {
        "__typename": "Club",
        "id": ClubKey(OWNER.brand, week, OWNER.customer).encode(),
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
        "membership": {"optedIn": True, "leftAt": None},
        "week": {"state": state},
    }


@pytest.fixture
async def imported(each_club: ClubFixture) -> ClubFixture:
    """A member of whom the CRM says that they qualified in week 11, and in the week that is open."""
    await each_club.add_northbet()
    rows = [
        {
            "brand_id": OWNER.brand,
            "customer_id": OWNER.customer,
            "iso_week": week,
            "staked_minor": 3000,
            "currency": "GBP",
            "reward_id": None,
            "source": "crm.csv",
            "imported_at": NOW - timedelta(days=1),
        }
        for week in ("2026-W11", "2026-W13")
    ]
    async with each_club.progress.database.write() as connection:
        await connection.execute(insert(CRM_QUALIFIER).values(rows))
    return each_club


@pytest.mark.parametrize(
    ("week", "state", "shown"),
    [
        ("2026-W11", "CLOSED", "CONFIRMED"),
        ("2026-W10", "CLOSED", "MISSED"),
        ("2026-W11", "PROVISIONAL", "TRACKING"),
        ("2026-W13", "OPEN", "TRACKING"),
    ],
)
async def test_a_closed_week_may_be_confirmed_by_the_crm_alone(
    imported: ClubFixture, week: str, state: str, shown: str
) -> None:
    """A week that is still open goes by its bets."""
    data = await data_of(imported.progress, QUERY, {"r": [club(week, state)]})
    assert data == {"_entities": [{"state": shown}]}
