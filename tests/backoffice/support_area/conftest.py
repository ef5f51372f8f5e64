"""Databases with a brand and a customer for tests of support."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.backoffice.support_fixture import SupportFixture, support_fixture
from tests.support.subgraphs.club_fixtures import (
    each_club,
    each_url,
    logged,
    migrated_files,
    migrated_mariadb,
    sqlite_url,
    upstream,
)

__all__ = ["each_club", "each_url", "logged", "migrated_files", "migrated_mariadb", "sqlite_url", "upstream"]


@pytest.fixture
async def support_area(tmp_path: Path) -> AsyncIterator[SupportFixture]:
    """The services of support over SQLite."""
    async with support_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        yield opened
