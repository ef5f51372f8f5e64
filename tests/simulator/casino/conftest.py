"""Two providers of games beside our wallet, and a customer who plays."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.wallet.casino_player import CasinoPlayer, playing


@pytest.fixture
async def player(tmp_path: Path, processes: None) -> AsyncIterator[CasinoPlayer]:
    """A customer with £20."""
    del processes
    async with playing(tmp_path) as player:
        yield player
