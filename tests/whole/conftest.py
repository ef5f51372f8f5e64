"""A demo that several tests share."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser as LaunchedBrowser

from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.processes.running_furlong import Demo, running_demo
from tests.whole.published_events import PublishedMatch
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


@pytest.fixture(scope="module")
def match(demo: Demo) -> PublishedMatch:
    """A match that is on, at odds that nothing but a test moves."""
    told = PublishedMatch(demo, "Aldmere Rovers", "Wickford Town")
    told.tell()
    told.offer(2500, 3000, 4000)
    return told


@pytest.fixture(scope="module")
def tomorrow(demo: Demo) -> PublishedMatch:
    """A match that has not begun, so that a bet on it waits for no bet delay, at odds that nothing moves."""
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    told = PublishedMatch(demo, "Larkhill Rovers", "Tarnwater Town", starts_at)
    told.tell("scheduled", score=None)
    told.offer(2500, 3000, 4000)
    return told
