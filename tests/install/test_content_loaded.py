"""Content in a world's file is for a reward or for one of its versions; a plan lists versions without."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from backoffice.operations.reward_statuses import StatusAction, plan_change
from furlong.cli import app
from furlong.install.content import ContentPlan, content_state, plan_content
from furlong.install.world import Brand, World, WorldError, read_world
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig
from tests.install.decided import decide
from tests.support.subgraphs.club_fixture import ClubFixture
from tests.support.subgraphs.club_samples import make_config

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
DEMO = Path(__file__).resolve().parents[2] / "furlong/world.yaml"
FIVE = make_config("fb-5", version=1, value_minor=500)
TEN = make_config("fb-5", version=2, value_minor=1000)


def text(title: str, version: int | None = None) -> dict[str, Any]:
    """Return content of the free bet, as a file has it."""
    content = read_world(DEMO).brands[0].content[0].model_dump()
    content["texts"]["en-GB"]["title"] = title
    return content | {"config_version": version}


def world(*contents: dict[str, Any]) -> World:
    """Return the demo's first brand with other content."""
    brand = read_world(DEMO).brands[0].model_dump() | {"content": contents, "budgets": None}
    return World(brands=(Brand(**brand),))


async def load(club_fixture: ClubFixture, *contents: dict[str, Any]) -> list[str]:
    """Load content; return the lines of the plan."""
    planned: ContentPlan = await plan_content(world(*contents), club_fixture.rewards.database, NOW)
    changes = [content_state(change, NOW) for change in planned.changes if change.mark != "="]
    await decide(club_fixture, "northbet", changes, NOW)
    return list(planned.lines())


async def configure(club_fixture: ClubFixture, *configs: RewardConfig) -> None:
    """Store versions, as if their messages had arrived."""
    await club_fixture.add_rewards(configs, [])


UNWRITTEN = (
    "! northbet:fb-5:2 is active but not offered: it has no content of its own. Add content with "
    "reward_id: fb-5 and config_version: 2"
)


async def test_a_new_version_without_content_is_told(each_club: ClubFixture) -> None:
    """Loading the same file again changes nothing, and names the version that has no content."""
    await configure(each_club, FIVE)
    assert await load(each_club, text("£5 free bet")) == ["+ content northbet:fb-5 en-GB"]
    await configure(each_club, TEN)
    assert await load(each_club, text("£5 free bet")) == ["= content northbet:fb-5 en-GB", UNWRITTEN]


async def test_content_for_a_version_is_loaded_beside_that_of_the_others(each_club: ClubFixture) -> None:
    """Each version has its own line and revisions, and is unchanged when loaded again."""
    await configure(each_club, FIVE, TEN)
    await load(each_club, text("£5 free bet"))
    both = (text("£5 free bet", 1), text("£10 free bet", 2))
    assert await load(each_club, *both) == [
        "+ content northbet:fb-5:1 en-GB",
        "+ content northbet:fb-5:2 en-GB",
    ]
    again = await load(each_club, *both)
    assert again == ["= content northbet:fb-5:1 en-GB", "= content northbet:fb-5:2 en-GB"]
    corrected = await load(each_club, text("£5 free bet", 1), text("A £10 free bet", 2))
    assert corrected == ["= content northbet:fb-5:1 en-GB", "~ content northbet:fb-5:2 en-GB"]


async def test_changed_content_that_names_no_version_is_refused(club_fixture: ClubFixture) -> None:
    """If versions have different terms, the file must say which of them the new text is for."""
    await configure(club_fixture, FIVE, TEN)
    await load(club_fixture, text("£5 free bet"))
    with pytest.raises(WorldError, match=r"fb-5 in en-GB changes, .* give it a config_version \(1, 2\)$"):
        await load(club_fixture, text("£10 free bet"))


async def test_content_that_names_no_version_may_change_while_terms_are_the_same(
    club_fixture: ClubFixture,
) -> None:
    """Then the text is for the same version as the previous text."""
    await configure(club_fixture, FIVE, make_config("fb-5", version=3))
    await load(club_fixture, text("£5 free bet", 3))
    assert await load(club_fixture, text("A fiver")) == ["~ content northbet:fb-5:3 en-GB"]
    assert await load(club_fixture, text("A fiver")) == ["= content northbet:fb-5:3 en-GB"]


async def test_versions_that_nobody_is_offered_need_no_content(club_fixture: ClubFixture) -> None:
    """Withdrawn, paused and ended versions are not listed as lacking content."""
    await configure(
        club_fixture,
        FIVE,
        make_config("fb-5", version=3, value_minor=1, status="withdrawn"),
        make_config("fb-5", version=4, value_minor=1, status="paused"),
        make_config("fb-5", version=5, value_minor=1, effective_to=NOW),
    )
    assert await load(club_fixture, text("£5 free bet")) == ["+ content northbet:fb-5 en-GB"]


def test_a_file_says_versions_of_all_content_of_a_reward_or_of_none() -> None:
    """Content for a version and content without a version would be ambiguous."""
    with pytest.raises(ValueError, match="content of fb-5 appears with and without config_version"):
        world(text("£5 free bet"), text("£10 free bet", 2))
    with pytest.raises(ValueError, match="content of fb-5/2 appears twice"):
        world(text("£5 free bet", 2), text("£10 free bet", 2))


async def test_the_list_of_rewards_marks_versions_without_content(club_fixture: ClubFixture) -> None:
    """The list shows why a version is not offered, and withdrawing the other one gives a warning."""
    await club_fixture.add_brand()
    await configure(club_fixture, FIVE, TEN)
    await load(club_fixture, text("£5 free bet", 1))
    environment = {"FURLONG_DATABASE_URL": club_fixture.url}
    listed = await asyncio.to_thread(CliRunner().invoke, app, ["reward", "list", "northbet"], env=environment)
    _, five, ten = listed.output.splitlines()
    assert "!" not in five
    assert ten.endswith("! no content of its own")
    arguments = ["reward", "list", "northbet", "--json"]
    told = await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environment)
    assert [(one["name"], len(one["obstacles"])) for one in json.loads(told.output)] == [
        ("northbet:fb-5:1", 0),
        (ten.split()[0], 1),
    ]
    change = await plan_change(
        club_fixture.rewards.database, OptionId("northbet", "fb-5", 1), StatusAction.WITHDRAW, NOW
    )
    assert change.others == 0
