"""Kill switches: nobody chooses a reward that is switched off, or any while the brand is."""

from typing import Any

import pytest

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.domain.keys import Owner
from subgraphs.rewards.models import GLOBAL_STATE
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, session
from tests.support.subgraphs.club_samples import WEEK, good_account, make_config
from tests.support.subgraphs.kill_switch import turn

CHANGE = """mutation ($i: ChangeRewardInput!) {
  changeReward(input: $i) { errors { code } }
}"""
OPTIONS = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club {
  options { id available unavailableReason }
} } }"""


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Northbet with a customer and two rewards, of which one is the default."""
    await club_fixture.add_brand()
    await club_fixture.add_accounts({Owner("northbet", "c-1"): good_account()})
    await club_fixture.add_rewards([make_config("fb-5"), make_config("boost")])
    return club_fixture


async def choose(club_fixture: ClubFixture, reward: str, key: str) -> list[str]:
    """Choose a reward; return the codes of the errors."""
    wanted = {
        "brand": "northbet",
        "optionId": f"northbet:{reward}:1",
        "expectedVersion": 0,
        "idempotencyKey": key,
    }
    data = await data_of(club_fixture.rewards, CHANGE, {"i": wanted}, session("c-1"))
    return [error["code"] for error in data["changeReward"]["errors"]]


async def reasons(club_fixture: ClubFixture) -> dict[str, Any]:
    """Why the rewards on the menu cannot be chosen, by reward."""
    await club_fixture.rewards.renew()
    representation = {
        "__typename": "Club",
        "id": ClubKey("northbet", WEEK, "c-1").encode(),
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
    }
    data = await data_of(club_fixture.rewards, OPTIONS, {"r": [representation]}, session("c-1"))
    options = data["_entities"][0]["options"]
    return {option["id"].split(":")[1]: option["unavailableReason"] for option in options}


@pytest.mark.usefixtures("upstream")
async def test_a_reward_that_is_switched_off_stays_on_the_menu_and_cannot_be_chosen(
    northbet: ClubFixture,
) -> None:
    """The others can; once it is on again, it can as well."""
    database = northbet.rewards.database
    await turn(database, GLOBAL_STATE, 1, off=True, reward="boost")
    assert await reasons(northbet) == {"boost": "PAUSED", "fb-5": None}
    assert await choose(northbet, "boost", "k-1") == ["OPTION_NOT_ALLOWED"]
    await turn(database, GLOBAL_STATE, 2, off=False, reward="boost")
    assert await reasons(northbet) == {"boost": None, "fb-5": None}
    assert await choose(northbet, "boost", "k-2") == []


@pytest.mark.usefixtures("upstream")
async def test_nothing_can_be_chosen_while_the_brand_is_switched_off(northbet: ClubFixture) -> None:
    """All rewards are shown as paused."""
    await turn(northbet.rewards.database, GLOBAL_STATE, 1, off=True)
    assert await choose(northbet, "boost", "k-1") == ["CLUB_PAUSED"]
    assert set((await reasons(northbet)).values()) == {"PAUSED"}
