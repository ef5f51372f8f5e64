"""A dry run of a version that counts some events judges the legs of bets, as they are stored."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from backoffice.jobs.jobs import JobStatus
from tests.backoffice.rules.test_dry_run import MATCH, RACE, RulesFixture, opened_fixture, placed


@pytest.fixture
async def rules_area(tmp_path: Path) -> AsyncIterator[RulesFixture]:
    """The rules over embedded databases."""
    async with AsyncExitStack() as stack:
        yield await opened_fixture(stack, f"sqlite+aiosqlite:///{tmp_path}")


async def test_a_dry_run_tries_what_counts_over_the_legs_of_bets(rules_area: RulesFixture) -> None:
    """Bets that are stored without legs do not count, and the result says how many they are."""
    legs = {1: [RACE], 2: [RACE, MATCH], 3: [MATCH]}
    await rules_area.reducer.bets(
        *(placed(number, legs=found) for number, found in legs.items()), placed(4), placed(5, "c-2")
    )
    job = await rules_area.run(events={"sports": ["horse-racing"]})
    assert job.status is JobStatus.DONE, job.error
    result: Any = job.result
    assert (result["bets"], result["without_legs"]) == (5, 2)
    assert result["reasons"] == {"COUNTED>EXCLUDED_EVENT": 4}
    assert result["counted_after_minor"] == 500
    job = await rules_area.run(events={"sports": ["horse-racing"], "legs": "qualifying"})
    result = job.result
    assert (result["counted_after_minor"], result["reasons"]) == (1000, {"COUNTED>EXCLUDED_EVENT": 3})
    all_events: Any = (await rules_area.run()).result
    assert (all_events["without_legs"], all_events["differing_bets"]) == (0, 0)
