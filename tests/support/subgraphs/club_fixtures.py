"""Migrated databases on each engine, and the subgraphs over them."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import respx
import structlog

from tests.support.subgraphs.club_fixture import UPSTREAM, ClubFixture, migrate
from tests.support.subgraphs.club_samples import NOW
from tests.support.subgraphs.upstream_double import UpstreamDouble

__all__ = [
    "club_fixture",
    "each_club",
    "each_url",
    "logged",
    "migrated_files",
    "migrated_mariadb",
    "sqlite_url",
    "upstream",
]


@pytest.fixture(scope="session")
def migrated_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of migrated, empty SQLite databases, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    asyncio.run(migrate(f"sqlite+aiosqlite:///{folder}"))
    return folder


@pytest.fixture
def migrated_mariadb(mariadb_url: str) -> str:
    """The URL of migrated, empty databases on MariaDB."""
    asyncio.run(migrate(mariadb_url))
    return mariadb_url


@pytest.fixture
def sqlite_url(migrated_files: Path, tmp_path: Path) -> str:
    """Migrated SQLite databases of the test's own."""
    folder = tmp_path / "databases"
    shutil.copytree(migrated_files, folder)
    return f"sqlite+aiosqlite:///{folder}"


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def each_url(request: pytest.FixtureRequest) -> str:
    """Migrated, empty databases, once on each engine."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    return str(request.getfixturevalue("migrated_mariadb"))


@pytest.fixture
async def club_fixture(sqlite_url: str) -> AsyncIterator[ClubFixture]:
    """The subgraphs over SQLite, on a Wednesday in 2026-W13."""
    club_fixture = ClubFixture.over(sqlite_url, NOW)
    yield club_fixture
    await club_fixture.close()


@pytest.fixture
async def each_club(each_url: str) -> AsyncIterator[ClubFixture]:
    """The subgraphs over each engine, on a Wednesday in 2026-W13."""
    club_fixture = ClubFixture.over(each_url, NOW)
    yield club_fixture
    await club_fixture.close()


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged during the test, kept instead of printed."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def upstream() -> Iterator[UpstreamDouble]:
    """The upstream of the fixture."""
    upstream = UpstreamDouble()
    with respx.mock(base_url=UPSTREAM, assert_all_called=False) as router:
        router.put(path__startswith="/v1/brands/").mock(side_effect=upstream)
        router.get(path__startswith="/v1/brands/").mock(side_effect=upstream.look)
        yield upstream
