"""The gateway with its default settings, one for the tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.live.live_gateway import Live, live_gateway


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Live]:
    """A gateway over a newsroom."""
    async with live_gateway() as made:
        yield made


@pytest.fixture
def live(served: Live) -> Live:
    """The gateway of the module, which has counted nothing yet."""
    served.forget()
    return served
