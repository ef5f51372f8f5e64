"""Budgets: how many customers may choose a reward in a week, who is refused, and who keeps it."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.domain.keys import Owner
from subgraphs.rewards.budgets import (
    EVERY_WEEK,
    NONE_SPENT,
    BudgetKey,
    BudgetRepository,
    BudgetUse,
    SpentRewards,
)
from subgraphs.rewards.models import REWARD_CHOICE, TAKEN
from subgraphs.rewards.repository import ChoiceRepository
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, session
from tests.support.subgraphs.club_samples import NOW, WEEK, good_account, make_config
from tests.support.subgraphs.upstream_double import UpstreamDouble, no_answers, refusal

BUDGETS = BudgetRepository()
CUSTOMERS = tuple(f"c-{number}" for number in range(1, 5))
NEXT_WEEK = "2026-W14"
CHANGE = """mutation ($i: ChangeRewardInput!) {
  changeReward(input: $i) { club { choice { option { id } version } } errors { code message } }
}"""
CLUB = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club {
  options { id available unavailableReason } choice { option { id available } isDefault notice }
} } }"""


@pytest.fixture
async def northbet(each_club: ClubFixture) -> ClubFixture:
    """Northbet with a few customers, on each engine, and rewards of which one is the default."""
    await each_club.add_brand()
    await each_club.add_accounts({Owner("northbet", name): good_account() for name in CUSTOMERS})
    await each_club.add_rewards([make_config("fb-5"), make_config("boost"), make_config("boost", version=2)])
    return each_club


async def budget(
    club_fixture: ClubFixture, rewards: int, reward_id: str = "boost", week: str = EVERY_WEEK
) -> None:
    """Set a budget, and let the subgraph see it."""
    async with club_fixture.rewards.database.write() as connection:
        await BUDGETS.put(connection, BudgetKey("northbet", reward_id, week), rewards)
    await club_fixture.rewards.renew()


async def choose(
    club_fixture: ClubFixture, customer: str, option: str = "boost:2", version: int = 0, key: str = "k-1"
) -> list[str]:
    """Change a customer's reward; return the codes of the errors."""
    wanted = {
        "brand": "northbet",
        "optionId": f"northbet:{option}",
        "expectedVersion": version,
        "idempotencyKey": key,
    }
    data = await data_of(club_fixture.rewards, CHANGE, {"i": wanted}, session(customer))
    return [error["code"] for error in data["changeReward"]["errors"]]


async def seen(club_fixture: ClubFixture, customer: str, week: str = WEEK) -> dict[str, Any]:
    """What a customer sees of the rewards."""
    representation = {
        "__typename": "Club",
        "id": ClubKey("northbet", week, customer).encode(),
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
    }
    return dict(
        (await data_of(club_fixture.rewards, CLUB, {"r": [representation]}, session(customer)))["_entities"][
            0
        ]
    )


async def reason(club_fixture: ClubFixture, reward_id: str = "boost", week: str = WEEK) -> str | None:
    """Why a reward on the menu cannot be chosen."""
    options = (await seen(club_fixture, CUSTOMERS[0], week))["options"]
    (found,) = [option for option in options if f":{reward_id}:" in option["id"]]
    assert found["available"] is (found["unavailableReason"] is None)
    return None if found["available"] else str(found["unavailableReason"])


async def uses(club_fixture: ClubFixture, week: str = WEEK) -> dict[str, BudgetUse]:
    """How far the budgets of a week are used."""
    async with club_fixture.rewards.database.read() as connection:
        return await BUDGETS.use(connection, "northbet", week)


@pytest.mark.usefixtures("upstream")
async def test_the_last_place_is_the_last(northbet: ClubFixture) -> None:
    """The next customer is refused, the reward stays on the menu as spent, and its holder keeps it."""
    await budget(northbet, 1)
    assert await reason(northbet) is None
    assert await choose(northbet, "c-1") == []
    assert await choose(northbet, "c-2") == ["BUDGET_SPENT"]
    await northbet.rewards.renew()
    assert await reason(northbet) == "BUDGET_SPENT"
    first, second = await seen(northbet, "c-1"), await seen(northbet, "c-2")
    assert first["choice"] == {
        "option": {"id": "northbet:boost:2", "available": False},
        "isDefault": False,
        "notice": None,
    }
    assert second["choice"]["isDefault"] is True
    assert await uses(northbet) == {"boost": BudgetUse(1, 1)}


@pytest.mark.usefixtures("upstream")
async def test_a_place_that_is_given_up_can_be_taken(northbet: ClubFixture) -> None:
    """A customer who changes to another reward gives the first one back, and may find it taken."""
    await budget(northbet, 1)
    await choose(northbet, "c-1")
    assert await choose(northbet, "c-1", "fb-5:1", 1, "k-2") == []
    assert await choose(northbet, "c-2") == []
    assert await choose(northbet, "c-1", "boost:2", 2, "k-3") == ["BUDGET_SPENT"]


async def test_a_refusal_of_the_upstream_gives_the_place_back(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """A change that the upstream has not recorded uses nothing up."""
    await budget(northbet, 1)
    upstream.script = [refusal("NOT_MEMBER")]
    assert await choose(northbet, "c-1") == ["NOT_MEMBER"]
    assert await choose(northbet, "c-2") == []


async def test_a_change_in_doubt_holds_its_place(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """No other customer gets it meanwhile, and once it is confirmed it counts once."""
    await budget(northbet, 1)
    upstream.script = no_answers()
    assert await choose(northbet, "c-1") == ["UPSTREAM_PENDING"]
    assert await choose(northbet, "c-2") == ["BUDGET_SPENT"]
    assert (await uses(northbet))["boost"] == BudgetUse(1, 0)
    assert await choose(northbet, "c-1") == []
    assert (await uses(northbet))["boost"] == BudgetUse(1, 1)


async def test_a_change_in_doubt_of_another_week_holds_no_place_in_this_one(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """Each week has its own budget."""
    await budget(northbet, 1)
    upstream.script = no_answers()
    await choose(northbet, "c-1")
    northbet.clock.advance(timedelta(days=7))
    assert await choose(northbet, "c-2") == []


@pytest.mark.usefixtures("upstream")
async def test_a_newer_version_of_ones_own_reward_needs_no_place(northbet: ClubFixture) -> None:
    """A choice counts for the reward, in any version."""
    await budget(northbet, 1)
    async with northbet.rewards.database.write() as connection:
        key = ClubKey("northbet", WEEK, "c-1")
        await ChoiceRepository(REWARD_CHOICE).record(connection, key, "boost", 1, NOW)
    assert await choose(northbet, "c-1", "boost:2", 1) == []
    assert (await uses(northbet))["boost"] == BudgetUse(1, 1)


@pytest.mark.usefixtures("upstream")
async def test_a_budget_of_the_week_goes_before_that_of_every_week(northbet: ClubFixture) -> None:
    """A week with its own budget goes by that alone; the next week goes by the usual one."""
    await budget(northbet, 0)
    await budget(northbet, 2, week=WEEK)
    assert await choose(northbet, "c-1") == []
    northbet.clock.advance(timedelta(days=7))
    assert await choose(northbet, "c-2") == ["BUDGET_SPENT"]
    await northbet.rewards.renew()
    assert await reason(northbet, week=NEXT_WEEK) == "BUDGET_SPENT"


@pytest.mark.usefixtures("upstream")
async def test_a_lower_budget_takes_nothing_away(northbet: ClubFixture) -> None:
    """A budget below the number of choices only stops further ones; a higher one allows them."""
    await choose(northbet, "c-1")
    await choose(northbet, "c-2")
    await budget(northbet, 1)
    assert await reason(northbet) == "BUDGET_SPENT"
    assert (await seen(northbet, "c-2"))["choice"]["isDefault"] is False
    assert await choose(northbet, "c-3") == ["BUDGET_SPENT"]
    await budget(northbet, 3)
    assert await reason(northbet) is None
    assert await choose(northbet, "c-3") == []


@pytest.mark.usefixtures("upstream")
async def test_the_default_is_kept_whatever_its_budget(northbet: ClubFixture) -> None:
    """Without a choice, the promised reward stands, even if it can no longer be chosen."""
    await budget(northbet, 0, "fb-5")
    choice = (await seen(northbet, "c-1"))["choice"]
    assert choice == {
        "option": {"id": "northbet:fb-5:1", "available": False},
        "isDefault": True,
        "notice": None,
    }
    assert await choose(northbet, "c-1", "fb-5:1") == ["BUDGET_SPENT"]


@pytest.mark.usefixtures("upstream")
async def test_what_is_shown_follows_within_the_bound(northbet: ClubFixture) -> None:
    """A cached menu shows a spent reward as available only as long as public data may be stale."""
    await budget(northbet, 1)
    assert await reason(northbet) is None
    await choose(northbet, "c-1")
    northbet.clock.advance(timedelta(seconds=6))
    assert await reason(northbet) == "BUDGET_SPENT"


async def test_what_is_spent_is_forgotten_with_its_week(northbet: ClubFixture) -> None:
    """What is cached about the old week does not apply to the new one, nor to earlier ones."""
    await budget(northbet, 0, week=WEEK)
    assert await reason(northbet) == "BUDGET_SPENT"
    assert await reason(northbet, week="2026-W12") is None
    assert await reason(northbet, week=NEXT_WEEK) is None


def test_of_other_weeks_nothing_is_known_to_be_spent() -> None:
    """What was read about one week holds for it alone."""
    spent = SpentRewards(WEEK, frozenset({"boost"}))
    assert (spent.within(WEEK), spent.within(NEXT_WEEK)) == ({"boost"}, set())
    assert NONE_SPENT.within(WEEK) == set()


@pytest.mark.parametrize("seed", range(3))
async def test_places_are_counted_as_the_choices_are(northbet: ClubFixture, seed: int) -> None:
    """Whatever is recorded, in any order, the count equals the choices, by week and reward."""
    drawn = random.Random(seed)  # noqa: S311 - any sequence will do, so long as it is the same again
    choices = ChoiceRepository(REWARD_CHOICE)
    for _ in range(30):
        key = ClubKey("northbet", drawn.choice([WEEK, NEXT_WEEK]), drawn.choice(CUSTOMERS))
        reward_id = drawn.choice(["fb-5", "boost", "spins"])
        async with northbet.rewards.database.write() as connection:
            await choices.record(connection, key, reward_id, drawn.randint(1, 2), NOW)
    c = REWARD_CHOICE.c
    counted = select(c.iso_week, c.reward_id, func.count()).group_by(c.iso_week, c.reward_id)
    taken = select(TAKEN.c.iso_week, TAKEN.c.reward_id, TAKEN.c.taken).where(TAKEN.c.taken != 0)
    async with northbet.rewards.database.read() as connection:
        assert set(await connection.execute(taken)) == set(await connection.execute(counted))


async def test_many_at_once_take_no_more_places_than_there_are(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """Of forty customers who want five rewards at once, five get one, and no request fails."""
    names = [f"many-{number}" for number in range(40)]
    await northbet.add_accounts({Owner("northbet", name): good_account() for name in names})
    await budget(northbet, 5)
    upstream.script = [slow] * len(names)
    outcomes = await asyncio.gather(*(choose(northbet, name) for name in names))
    assert Counter(map(tuple, outcomes)) == {(): 5, ("BUDGET_SPENT",): 35}
    assert await uses(northbet) == {"boost": BudgetUse(5, 5)}
    assert len(upstream.effects) == 5


async def test_places_change_hands_at_once(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """While customers leave and come, choices never exceed the budget, and none is lost."""
    await budget(northbet, 2)
    assert [await choose(northbet, name) for name in CUSTOMERS[:2]] == [[], []]
    upstream.script = [slow] * 4
    await asyncio.gather(
        *(choose(northbet, name, "fb-5:1", 1, "k-2") for name in CUSTOMERS[:2]),
        *(choose(northbet, name) for name in CUSTOMERS[2:]),
    )
    for name in CUSTOMERS[2:]:
        await choose(northbet, name, key="k-9")
    assert await uses(northbet) == {"boost": BudgetUse(2, 2)}


async def slow(_request: httpx.Request) -> None:
    """Lets others come in between."""
    await asyncio.sleep(0.02)
