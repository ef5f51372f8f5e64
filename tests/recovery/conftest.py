"""Provides subgraphs and simulator for tests of recovery."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.recovery.harness import RecoveryHarness, harness_over
from tests.support.subgraphs.club_fixtures import *  # noqa: F403 - fixtures, which are listed there


@pytest.fixture
async def harness(each_url: str, tmp_path: Path) -> AsyncIterator[RecoveryHarness]:
    """Provide Northbet's subgraphs, the simulator and recovery, on each engine."""
    async with harness_over(each_url, tmp_path) as harness:
        yield harness
