"""Provides subgraphs and simulator for tests of recovery; tests can import the subgraphs' support/."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "subgraphs" / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

from rig import Rig, rig_over
from stand_fixtures import *  # noqa: F403 - fixtures, which are listed there


@pytest.fixture
async def rig(each_url: str, tmp_path: Path) -> AsyncIterator[Rig]:
    """Provide Northbet's subgraphs, the simulator and recovery, on each engine."""
    async with rig_over(each_url, tmp_path) as rig:
        yield rig
