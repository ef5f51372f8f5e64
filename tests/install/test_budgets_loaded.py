"""Budgets in a world's file are compared with the stored ones, and added, changed or removed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from furlong.install.load import apply_load, budget_state, plan_budgets, plan_load
from furlong.install.world import Brand, World, WorldError, read_world
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey, BudgetRepository
from tests.install.decided import apply_decided, backoffice_of, decide
from tests.support.subgraphs.club_fixture import ClubFixture

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
DEMO = Path(__file__).resolve().parents[2] / "furlong/world.yaml"
FB_5 = {"reward_id": "fb-5", "rewards": 100}


def world(*budgets: dict[str, Any], none_said: bool = False) -> World:
    """Return the demo's first brand with other budgets."""
    brand = read_world(DEMO).brands[0].model_dump() | {"budgets": None if none_said else budgets}
    return World(brands=(Brand(**brand),))


async def load(club_fixture: ClubFixture, wanted: World) -> list[str]:
    """Load a world's budgets; return the lines of the plan."""
    changes = await plan_budgets(wanted, club_fixture.rewards.database)
    await decide(
        club_fixture, "northbet", [budget_state(change) for change in changes if change.mark != "="], NOW
    )
    return [str(change) for change in changes]


async def held(club_fixture: ClubFixture) -> dict[BudgetKey, int]:
    """Return the stored budgets."""
    async with club_fixture.rewards.database.read() as connection:
        return await BudgetRepository().budgets(connection, ["northbet"])


async def test_budgets_are_set_once(each_club: ClubFixture) -> None:
    """A new budget is stored; loading it again changes nothing."""
    wanted = world(FB_5, FB_5 | {"week": "2026-W15", "rewards": 900})
    first = ["+ budget northbet:fb-5 every week: 100", "+ budget northbet:fb-5 2026-W15: 900"]
    assert await load(each_club, wanted) == first
    assert await load(each_club, wanted) == [line.replace("+", "=") for line in first]
    assert await held(each_club) == {
        BudgetKey("northbet", "fb-5", EVERY_WEEK): 100,
        BudgetKey("northbet", "fb-5", "2026-W15"): 900,
    }


async def test_a_changed_budget_says_what_it_was(club_fixture: ClubFixture) -> None:
    """The plan shows both numbers, and the new one is stored."""
    await load(club_fixture, world(FB_5))
    assert await load(club_fixture, world(FB_5 | {"rewards": 70})) == [
        "~ budget northbet:fb-5 every week: 70 (was 100)"
    ]
    assert set((await held(club_fixture)).values()) == {70}


async def test_a_budget_that_is_not_listed_goes(club_fixture: ClubFixture) -> None:
    """A brand's list is complete: budgets that it lacks are removed, and an empty list removes all."""
    await load(club_fixture, world(FB_5))
    assert await load(club_fixture, world()) == ["- budget northbet:fb-5 every week: 100"]
    assert await held(club_fixture) == {}


async def test_a_file_without_budgets_leaves_them_alone(club_fixture: ClubFixture) -> None:
    """A brand without a list keeps its budgets."""
    await load(club_fixture, world(FB_5))
    assert await load(club_fixture, world(none_said=True)) == []
    assert len(await held(club_fixture)) == 1


async def test_a_budget_for_a_reward_without_content_is_refused(club_fixture: ClubFixture) -> None:
    """A misspelt reward would limit nothing, so it is refused and named."""
    with pytest.raises(WorldError, match=r"rewards without content: northbet:fb-55$"):
        await plan_budgets(world(FB_5, {"reward_id": "fb-55", "rewards": 1}), club_fixture.rewards.database)


async def test_a_reward_whose_content_was_loaded_before_may_have_a_budget(club_fixture: ClubFixture) -> None:
    """The content need not be in the same file."""
    await club_fixture.add_northbet()
    brand = world(FB_5).brands[0].model_copy(update={"content": ()})
    assert len(await load(club_fixture, World(brands=(brand,)))) == 1


async def test_a_plan_sets_nothing(club_fixture: ClubFixture) -> None:
    """Planning, which is all that a dry run does, changes no budget."""
    plan = await plan_load(world(FB_5), club_fixture.club.database, club_fixture.rewards.database, NOW)
    assert "+ budget northbet:fb-5 every week: 100" in plan.lines()
    assert await held(club_fixture) == {}


async def test_budgets_are_part_of_loading(club_fixture: ClubFixture) -> None:
    """Loading a world stores its budgets too."""
    plan = await plan_load(world(FB_5), club_fixture.club.database, club_fixture.rewards.database, NOW)
    async with backoffice_of(club_fixture) as backoffice:
        await apply_load(plan, Deaf(), backoffice, NOW)
        await apply_decided(club_fixture, backoffice, NOW)
    assert set((await held(club_fixture)).values()) == {100}


class Deaf:
    """Stands in for a producer whose broker accepts everything."""

    async def send(self, *_message: Any, **_rest: Any) -> Any:
        """Accept a message."""

        async def delivered() -> None:
            """Report success."""

        return delivered()

    async def flush(self) -> None:
        """Return at once: nothing waits."""
