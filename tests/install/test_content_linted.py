"""Loading a file publishes nothing that the back office would not publish."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from furlong.install.load import plan_load
from furlong.install.world import Brand, World, WorldError, read_world
from subgraphs.rewards.catalogue.rewards import RewardContent
from tests.support.subgraphs.club_fixture import ClubFixture
from tests.support.subgraphs.club_samples import make_config

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
DEMO = Path(__file__).resolve().parents[2] / "furlong/world.yaml"


def world(**changes: Any) -> World:
    """Return the demo's first brand with one text, changed."""
    brand = read_world(DEMO).brands[0].model_dump()
    content = brand["content"][0]
    content["texts"]["en-GB"] |= changes
    return World(brands=(Brand(**brand | {"content": [content], "budgets": None}),))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"summary": "Bet now!"}, "URGENCY"),
        ({"terms_url": "https://evil.example/"}, "LINK"),
        ({"significant_terms": "Use within 7 days."}, "AGE_MARK"),
        ({"image_url": "/pictures/horse.png"}, "ALT_TEXT"),
    ],
)
async def test_what_lint_refuses_is_not_loaded(
    club_fixture: ClubFixture, changes: dict[str, str], rule: str
) -> None:
    """The message names the place; nothing of the file is loaded."""
    with pytest.raises(WorldError, match=rf"northbet:fb-5 texts\.en-GB\.\w+: .*\({rule}\)"):
        await plan_load(world(**changes), club_fixture.club.database, club_fixture.rewards.database, NOW)


async def test_an_unlawful_reward_gets_no_text(club_fixture: ClubFixture) -> None:
    """Wagering of more than ten times is unlawful in GB."""
    await club_fixture.add_rewards([make_config("fb-5", wagering_multiple=11)], [])
    with pytest.raises(WorldError, match="REWARD_UNLAWFUL"):
        await plan_load(world(), club_fixture.club.database, club_fixture.rewards.database, NOW)


async def test_what_is_published_already_stays_as_it_is(club_fixture: ClubFixture) -> None:
    """A file that was loaded before the rule is loaded again: it changes nothing."""
    old = world(summary="Bet now!")
    text = old.brands[0].content[0].texts["en-GB"].model_dump(exclude={"image_alt"})
    content = RewardContent(reward_id="fb-5", locale="en-GB", position=1, eligible_games=(), **text)
    await club_fixture.add_rewards([make_config("fb-5")], [content])
    plan = await plan_load(old, club_fixture.club.database, club_fixture.rewards.database, NOW)
    assert "= content northbet:fb-5 en-GB" in list(plan.lines())
