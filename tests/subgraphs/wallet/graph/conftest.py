"""A wallet that is served, once on each engine."""

from collections.abc import AsyncIterator

import pytest

from tests.subgraphs.wallet.served_wallet import ServedWallet, served_wallet


@pytest.fixture
async def served(database_url: str) -> AsyncIterator[ServedWallet]:
    """Northbet's wallet with one customer in good standing, in Great Britain."""
    async with served_wallet(database_url) as opened:
        yield opened
