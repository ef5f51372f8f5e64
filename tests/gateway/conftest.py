"""What tests of the gateway may ask for."""

from __future__ import annotations

import pytest

from gateway.pipeline.operation_executor import ExecutionMode


@pytest.fixture(params=["compiled", "interpreted"])
def way(request: pytest.FixtureRequest) -> ExecutionMode:
    """Each of the ways in which plans are executed."""
    chosen: ExecutionMode = request.param
    return chosen
