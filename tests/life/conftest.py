"""A club week goes through the product's real parts."""

import asyncio
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog

from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases


@pytest.fixture(scope="session")
def migrated_product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a folder with the migrated, empty databases of all subgraphs, to be copied."""
    folder = tmp_path_factory.mktemp("product")
    asyncio.run(upgrade_databases(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")))
    return folder


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """Record what is logged during the test, instead of printing it."""
    with structlog.testing.capture_logs() as entries:
        yield entries
