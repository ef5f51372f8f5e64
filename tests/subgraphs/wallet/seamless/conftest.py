"""An operator that is served on the loopback."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator.seamless.serve import ServedOperator, serving_operator


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[ServedOperator]:
    """Southbet's or Northbet's operator, whose customers are opened by tests."""
    async with serving_operator(tmp_path / "operator") as served:
        yield served
