"""Provides subgraphs and simulator for tests of recovery."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.recovery.rig import Rig, rig_over
from tests.support.subgraphs.stand_fixtures import *  # noqa: F403 - fixtures, which are listed there


@pytest.fixture
async def rig(each_url: str, tmp_path: Path) -> AsyncIterator[Rig]:
    """Provide Northbet's subgraphs, the simulator and recovery, on each engine."""
    async with rig_over(each_url, tmp_path) as rig:
        yield rig
