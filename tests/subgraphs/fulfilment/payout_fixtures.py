"""Fixtures of payout harnesses over migrated databases, on each engine."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog

from foundation.storage.settings import DatabaseSettings
from simulator.providers.serve import APIS
from subgraphs.fulfilment.models import METADATA
from tests.support.database_probe import migrate
from tests.support.fulfilment.payout_harness import PayoutHarness, open_harness


@pytest.fixture(scope="session")
def migrated_fulfilment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a migrated, empty SQLite database, to be copied."""
    folder = tmp_path_factory.mktemp("fulfilment")
    url = f"sqlite+aiosqlite:///{folder}"
    asyncio.run(migrate(DatabaseSettings(url=url), "fulfilment", METADATA))
    return folder


def _copied(migrated: Path, tmp_path: Path) -> str:
    folder = tmp_path / "databases"
    shutil.copytree(migrated, folder)
    return f"sqlite+aiosqlite:///{folder}"


@pytest.fixture
def apis() -> Iterable[str]:
    """Return the APIs whose providers serve the test: all."""
    return APIS


@pytest.fixture
async def harness(
    migrated_fulfilment: Path, tmp_path: Path, apis: Iterable[str]
) -> AsyncIterator[PayoutHarness]:
    """Yield a harness over SQLite."""
    async with open_harness(_copied(migrated_fulfilment, tmp_path), tmp_path, kinds=apis) as harness:
        yield harness


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def each_fulfilment_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a migrated, empty database, once for each engine."""
    if request.param == "sqlite":
        return _copied(request.getfixturevalue("migrated_fulfilment"), tmp_path)
    url = str(request.getfixturevalue("mariadb_url"))
    asyncio.run(migrate(DatabaseSettings(url=url), "fulfilment", METADATA))
    return url


@pytest.fixture
async def each_harness(each_fulfilment_url: str, tmp_path: Path) -> AsyncIterator[PayoutHarness]:
    """Yield a harness over each engine."""
    async with open_harness(each_fulfilment_url, tmp_path) as harness:
        yield harness


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """Capture what is logged during the test."""
    with structlog.testing.capture_logs() as entries:
        yield entries
