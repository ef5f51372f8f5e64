"""A demo that several tests share."""

from collections.abc import Iterator

import pytest
from running_furlong import Demo, running_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for the tests of a module; each test uses customers and bets of its own."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running
