"""Boards in tests: the services over embedded databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.backoffice.board_fixture import BoardFixture, board_fixture


@pytest.fixture
async def board_area(tmp_path: Path) -> AsyncIterator[BoardFixture]:
    """The services over embedded databases."""
    async with board_fixture(f"sqlite+aiosqlite:///{tmp_path}") as found:
        yield found
