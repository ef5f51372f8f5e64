"""What tests of the gateway may ask for."""

from __future__ import annotations

import pytest

from gateway.pipeline.execution_mode import Way


@pytest.fixture(params=["compiled", "plain"])
def way(request: pytest.FixtureRequest) -> Way:
    """Each of the ways in which plans are carried out."""
    chosen: Way = request.param
    return chosen
