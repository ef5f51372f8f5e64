"""After its close, a week's state follows what fulfilment publishes."""

from typing import Any

import pytest
from sqlalchemy import insert

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.progress.models import OUTCOME
from subgraphs.progress.qualification.club_state import PAID, ClubState, state_with_outcome
from tests.support.subgraphs.club_fixture import ClubFixture, data_of
from tests.support.subgraphs.club_samples import CUSTOMER, NOW, WEEK

QUERY = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club { state } } }"
TOLD = ["CONFIRMED", "FULFILLING", "CREDITED", "USED", "EXPIRED", "INELIGIBLE", "MISSED"]


@pytest.fixture
async def reached(each_club: ClubFixture) -> ClubFixture:
    """A customer whose bets of the week have reached the target."""
    await each_club.add_northbet()
    total = {"brand_id": "northbet", "customer_id": CUSTOMER, "iso_week": WEEK}
    await each_club.add_bets([], [total | {"total_minor": 2500, "counted_bets": 1, "as_of": NOW}])
    return each_club


async def tell(club_fixture: ClubFixture, state: str) -> None:
    """Store an outcome of the week, as the consumer would."""
    row = {"brand_id": "northbet", "customer_id": CUSTOMER, "iso_week": WEEK, "revision": 1, "state": state}
    async with club_fixture.progress.database.write() as connection:
        await connection.execute(insert(OUTCOME).values(row))


async def state(club_fixture: ClubFixture, **changes: Any) -> str:
    """The state of the customer's closed week."""
    club = {
        "__typename": "Club",
        "id": ClubKey("northbet", WEEK, CUSTOMER).encode(),
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
        "membership": {"optedIn": True, "leftAt": None},
        "week": {"state": "CLOSED"},
    } | changes
    return str((await data_of(club_fixture.progress, QUERY, {"r": [club]}))["_entities"][0]["state"])


@pytest.mark.parametrize("told", TOLD)
async def test_what_fulfilment_tells_is_the_state_of_a_closed_week(reached: ClubFixture, told: str) -> None:
    """This holds for every state up to the last."""
    assert await state(reached) == "CONFIRMED"
    await tell(reached, told)
    assert await state(reached) == told


async def test_a_week_that_is_not_closed_goes_by_its_bets(reached: ClubFixture) -> None:
    """Nothing is paid for it yet."""
    await tell(reached, "CREDITED")
    assert await state(reached, week={"state": "OPEN"}) == "QUALIFIED"


@pytest.mark.parametrize(("told", "shown"), [("FULFILLING", "INELIGIBLE"), ("CREDITED", "CREDITED")])
async def test_who_is_excluded_keeps_only_what_was_credited(
    reached: ClubFixture, told: str, shown: str
) -> None:
    """This holds even before fulfilment knows of the exclusion."""
    await tell(reached, told)
    assert await state(reached, ineligibleReason="SELF_EXCLUDED") == shown


@pytest.mark.parametrize("paid", [state for state in ClubState if state in PAID])
@pytest.mark.parametrize("state", list(ClubState))
def test_nothing_hides_a_credit(paid: ClubState, state: ClubState) -> None:
    """This holds whatever progress itself knows."""
    assert state_with_outcome(paid, state) is paid
