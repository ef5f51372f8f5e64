"""Fixtures of limits in a database."""

from collections.abc import AsyncIterator

import pytest

from tests.subgraphs.wallet.limits.limit_store import LimitsFixture, limits_at


@pytest.fixture
async def limits(database_url: str) -> AsyncIterator[LimitsFixture]:
    """The tables of limits in a new database, once for each engine."""
    async with limits_at(database_url) as fixture:
        yield fixture
