"""Databases with a brand and a customer for tests of support."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.backoffice.support_stand import SupportStand, support_stand
from tests.support.subgraphs.stand_fixtures import (
    each_stand,
    each_url,
    logged,
    migrated_files,
    migrated_mariadb,
    sqlite_url,
    upstream,
)

__all__ = ["each_stand", "each_url", "logged", "migrated_files", "migrated_mariadb", "sqlite_url", "upstream"]


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[SupportStand]:
    """The services of support over SQLite."""
    async with support_stand(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        yield opened
