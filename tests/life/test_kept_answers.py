"""Whatever happens, a kept answer is given again only if a new one would be the same, byte for byte."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foundation.dependencies import Dependencies
from gateway.features.kept_answers.executor import Circumstances
from subgraphs.club.loaders import ClubContext
from subgraphs.progress.loaders import ProgressContext
from subgraphs.rewards.loaders import RewardsContext
from tests.life.twin_sites import EVENTS, counted, twin_sites
from tests.support.long_form import LONG_FORM

EXAMPLES: Final = 200 if LONG_FORM else 8
BEGINS: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)
LIVES: Final = st.lists(st.sampled_from(EVENTS), max_size=9)
ALL: Final = [
    *("join", "bet", "second", "small bet", "choose", "void", "choose elsewhere", "leave elsewhere"),
    *("join elsewhere", "pause", "resume", "content", "content soon", "second", "second", "offer"),
    *("end of offer", "rules", "exclude", "restore", "suspend", "restore", "whole bet", "lock", "eve"),
    *("second", "keep", "bet", "erase", "restore", "join", "close", "keep", "day"),
]


async def lived(migrated: Path, events: Sequence[str]) -> dict[str, float]:
    """Let things happen to two sites, compare all answers, and return what became of the kept ones."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(migrated, folder, dirs_exist_ok=True)
        async with twin_sites(Path(folder), BEGINS) as twins:
            await twins.compare("begin")
            for event in events:
                await twins.live(event)
            return await counted(twins.product.client)


@pytest.mark.slow("the whole product and two more sites live through each example")
@settings(max_examples=EXAMPLES, deadline=None)
@given(events=LIVES)
@example(events=ALL)
def test_a_kept_answer_is_what_a_new_one_would_be(migrated_product: Path, events: list[str]) -> None:
    """After bets, changes of any process, rules, content, exclusions, erasure, and at any time."""
    asyncio.run(lived(migrated_product, events))


def test_answers_are_kept(migrated_product: Path) -> None:
    """Most questions that are asked again are answered by what was kept."""
    results = asyncio.run(lived(migrated_product, ["join", "second", "bet", "second"]))
    assert results["same"] > results["changed"] > 0, results


async def _unrecorded(context: Any, reader: Any, key: Any) -> Any:
    """Read past the record."""
    return await reader.start(key)


def _timeless(circumstances: Circumstances) -> bool:
    """Compare only the public data."""
    now = circumstances.clock.now()
    return all(memory.get_fresh(key, now) is data() for memory, key, data in circumstances.held)


SABOTAGES: Final[dict[str, tuple[Any, str, Callable[..., Any], list[str]]]] = {
    "a total": (ProgressContext, "read", _unrecorded, ["join", "bet"]),
    "a choice": (RewardsContext, "read", _unrecorded, ["join", "choose elsewhere"]),
    "a membership": (ClubContext, "read", _unrecorded, ["join elsewhere"]),
    "public data": (Dependencies, "hold", lambda *_: None, ["content"]),
    "the end of a week": (Circumstances, "still_hold", _timeless, ["eve", "second"]),
    "what begins later": (Circumstances, "still_hold", _timeless, ["content soon", "second", "second"]),
}


@pytest.mark.parametrize("what", SABOTAGES)
def test_what_is_not_recorded_is_found(migrated_product: Path, what: str) -> None:
    """The comparison fails if an answer depends on something that nobody compares."""
    where, name, to, events = SABOTAGES[what]
    asyncio.run(lived(migrated_product, events))
    with patch.object(where, name, to), pytest.raises(AssertionError, match="club"):
        asyncio.run(lived(migrated_product, events))
