"""A demo that several tests share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as LaunchedBrowser

from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.processes.running_furlong import Demo, running_demo
from tools.local_chromium import LocalChromium


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run one demo for the tests of a module; each test uses its own customers and bets."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def launched(chromium: LocalChromium) -> Iterator[LaunchedBrowser]:
    """One Chromium for the tests of a module; each test visits it with nothing kept."""
    with launched_chromium(chromium) as opened:
        yield opened
