"""One demo for all tests of this folder that a worker runs one after the other.

Each test has its own customers and events, and leaves what others see as it was: their order does not matter.
With a seed in `FURLONG_SHUFFLE`, as at night, they run in another order.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.support.processes.running_furlong import Demo, running_demo
from tests.support.product.newcomers import HALF_WAY, REACHED, Newcomers
from tests.whole.published_events import PublishedMatch


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Shuffle the tests of this folder, whatever their files, if there is a seed."""
    if seed := os.environ.get("FURLONG_SHUFFLE"):
        places = [
            place for place, item in enumerate(items) if item.path.is_relative_to(Path(__file__).parent)
        ]
        shuffled = [items[place] for place in places]
        Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
        for place, item in zip(places, shuffled, strict=True):
            items[place] = item


@pytest.fixture(scope="package")
def newcomers(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomers]:
    """Run the demo, to which new customers can come."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield Newcomers.of(running)


@pytest.fixture(scope="package")
def demo(newcomers: Newcomers) -> Demo:
    """The demo. Who changes anything for its seeded customers lets it be with newcomers."""
    return newcomers.demo


@pytest.fixture
def newcomer(newcomers: Newcomers) -> str:
    """A customer outside the club."""
    return newcomers.one()


@pytest.fixture
def member(newcomers: Newcomers) -> str:
    """A member of the club who is half way to the target."""
    return newcomers.member(*HALF_WAY)


@pytest.fixture
def achiever(newcomers: Newcomers) -> str:
    """A member of the club who has reached the target."""
    return newcomers.member(*REACHED)


@pytest.fixture
def match(demo: Demo) -> PublishedMatch:
    """A match that is on, at odds that nothing but a test moves."""
    told = PublishedMatch(demo, "Aldmere Rovers", "Wickford Town")
    told.tell()
    told.offer(2500, 3000, 4000)
    return told


@pytest.fixture
def tomorrow(demo: Demo) -> PublishedMatch:
    """A match that has not begun, so that a bet on it waits for no bet delay, at odds that nothing moves."""
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    told = PublishedMatch(demo, "Larkhill Rovers", "Tarnwater Town", starts_at)
    told.tell("scheduled", score=None)
    told.offer(2500, 3000, 4000)
    return told
