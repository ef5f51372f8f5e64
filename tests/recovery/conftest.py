"""Provides subgraphs and simulator for tests of recovery; tests can import the subgraphs' support/."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "subgraphs" / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

from rig import Rig, rig_over
from stand_fixtures import (
    each_stand,
    each_url,
    logged,
    migrated_files,
    migrated_mariadb,
    sqlite_url,
    squad,
    stand,
)

__all__ = [
    "each_stand",
    "each_url",
    "logged",
    "migrated_files",
    "migrated_mariadb",
    "rig",
    "sqlite_url",
    "squad",
    "stand",
]


@pytest.fixture
async def rig(each_url: str, tmp_path: Path) -> AsyncIterator[Rig]:
    """Provide Northbet's subgraphs, the simulator and recovery, on each engine."""
    async with rig_over(each_url, tmp_path) as rig:
        yield rig
