"""Fixtures of trading in a database."""

from collections.abc import AsyncIterator

import pytest

from tests.subgraphs.bets.trading.exposed import ExposureFixture, exposures_at


@pytest.fixture
async def exposures(database_url: str) -> AsyncIterator[ExposureFixture]:
    """The tables of trading in a new database, once for each engine."""
    async with exposures_at(database_url) as fixture:
        yield fixture
