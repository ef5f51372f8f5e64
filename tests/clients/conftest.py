"""The demo that all clients share, with batches switched on."""

from collections.abc import Iterator

import pytest

from tests.support.processes.running_furlong import Demo, running_demo


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run one demo for all clients; each plays a customer of its own."""
    with running_demo(tmp_path_factory.mktemp("demo"), FURLONG_GATEWAY_BATCH_REQUESTS="5") as running:
        yield running
