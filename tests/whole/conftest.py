"""A demo that several tests share."""

from collections.abc import Iterator

import pytest

from tests.support.processes.running_furlong import Demo, running_demo


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run one demo for the tests of a module; each test uses its own customers and bets."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running
